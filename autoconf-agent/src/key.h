/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the cluster key is looked for; for identity.c and the tests. What
 * others use of key.c is in identity.h.
 */
#ifndef TESSERA_KEY_H
#define TESSERA_KEY_H

#include "identity.h"

enum key_place_kind {
	KEY_PLACE_CMDLINE,    /* the word tessera.key= in this file */
	KEY_PLACE_CREDENTIAL, /* below $CREDENTIALS_DIRECTORY */
	KEY_PLACE_FILE,
};

struct key_place {
	enum key_place_kind kind;
	const char *path;
};

#define KERNEL_CMDLINE "/proc/cmdline"

/* cluster_find() with another list. */
int key_find(struct cluster *ret, const struct key_place *places, size_t count);

/* key_cmdline_word() takes the value of `name=` from a kernel command line, as
 * the kernel would: words end at blanks outside of double quotes, the last one
 * of a name counts. -ENOENT, or -E2BIG when the value does not fit. */
int key_cmdline_word(const char *line, size_t len, const char *name, char *ret,
		     size_t size);

#endif
