/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live image that this node was booted from, told to the kernel: guests from
 * nodes with the same one then map programs and libraries from here.
 */
#ifndef TESSERA_IMAGE_H
#define TESSERA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define IMAGE_ID_SIZE 32

/*
 * Reads the image's SHA-256, which is its id, out of the medium's list of
 * checksums (lines as of sha256sum). -ENOENT: it is not listed; -EBADMSG: what
 * stands there is no checksum.
 */
int image_id_parse(const char *sums, uint8_t ret[IMAGE_ID_SIZE]);

/* Tells the kernel by an open /dev/tessera. -ENOENT: this is no live system. */
int image_register(int device);

#endif
