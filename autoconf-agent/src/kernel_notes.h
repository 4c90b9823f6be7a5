/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build id among the ELF notes of /sys/kernel/notes.
 */
#ifndef TESSERA_KERNEL_NOTES_H
#define TESSERA_KERNEL_NOTES_H

#include "node.h"

/* Pure. -ENOENT without a build id, -EINVAL when the notes are damaged. A
 * shorter id is padded with zeroes. */
int kernel_notes_build_id(const void *data, size_t len,
			  uint8_t ret[NODE_BUILD_SIZE]);

#endif
