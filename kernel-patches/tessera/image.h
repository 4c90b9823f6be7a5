/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image that this node was booted from: a read-only file system whose content
 * has an id. A guest whose home was booted from the same one maps its programs and
 * libraries from here, instead of fetching their pages.
 */
#ifndef _TESSERA_IMAGE_H
#define _TESSERA_IMAGE_H

#include <linux/types.h>

struct file;
struct frame_hello;
struct tessera_image_request;

/* See TESSERA_IOC_IMAGE. */
int tessera_image_set(const struct tessera_image_request *request);
/* Tell a peer which one it is; is the peer's the same? */
void tessera_image_tell(struct frame_hello *hello);
bool tessera_image_same(const struct frame_hello *hello);

/* The number that a file has on the image; 0: it does not lie there, or is private. */
u32 tessera_image_number(const struct file *file);
/* A file of the image, for reading. Counted; or an error. */
struct file *tessera_image_open(u32 number, u64 size);

#endif /* _TESSERA_IMAGE_H */
