// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The build id among the ELF notes of /sys/kernel/notes.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "kernel_notes.h"

static size_t padded(uint32_t size)
{
	return ((size_t)size + 3) & ~(size_t)3;
}

int kernel_notes_build_id(const void *data, size_t len,
			  uint8_t ret[NODE_BUILD_SIZE])
{
	const uint8_t *p = data;

	while (len >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		const uint8_t *name, *desc;

		memcpy(&note, p, sizeof(note));
		p += sizeof(note);
		len -= sizeof(note);
		if (padded(note.n_namesz) > len ||
		    padded(note.n_descsz) > len - padded(note.n_namesz))
			return -EINVAL;
		name = p;
		desc = p + padded(note.n_namesz);
		p = desc + padded(note.n_descsz);
		len -= padded(note.n_namesz) + padded(note.n_descsz);

		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(name, "GNU", 4) != 0)
			continue;
		if (note.n_descsz == 0 || note.n_descsz > NODE_BUILD_SIZE)
			return -EINVAL;
		memset(ret, 0, NODE_BUILD_SIZE);
		memcpy(ret, desc, note.n_descsz);
		return 0;
	}
	return -ENOENT;
}
