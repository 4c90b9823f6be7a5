/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that a process has mapped. Home numbers them; at the host each is a file
 * without content, so that a mapping remembers its number and offset through
 * everything the process does to it, and home can make the same of the real file.
 */
#ifndef _TESSERA_FILES_H
#define _TESSERA_FILES_H

#include <linux/types.h>

struct file;
struct state_file;
struct vm_area_struct;
struct tessera_files;

struct tessera_files *tessera_files_create(void);
void tessera_files_destroy(struct tessera_files *files);

/* Home: the number of a mapping's file, a new one if need be; 0: too many. */
u32 tessera_files_number(struct tessera_files *files, struct vm_area_struct *vma);
/*
 * The file of a number, and how it is mapped; NULL: there is none, or, at the host, it
 * is not on the image. Not counted.
 */
struct file *tessera_files_get(struct tessera_files *files, u32 number, bool *ret_shared);

/* Home: those of them that lie on the image, at most TESSERA_FILES_MAX; how many. */
u32 tessera_files_on_image(const struct tessera_files *files, struct state_file *ret);

/* Host: a file without content that stands for a number. Counted. */
struct file *tessera_files_stand_in(u32 number);
/* Open what a peer says lies on the image; what cannot be is left out. */
int tessera_files_open(struct tessera_files *files, const struct state_file *list, u32 count);
/* The number that a mapping's file stands for, or 0. */
u32 tessera_files_stands_for(const struct tessera_files *files,
			     const struct vm_area_struct *vma);

#endif /* _TESSERA_FILES_H */
