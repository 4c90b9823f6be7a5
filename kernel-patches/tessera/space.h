/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of an address space: told, made, and made equal to another. */
#ifndef _TESSERA_SPACE_H
#define _TESSERA_SPACE_H

#include <linux/types.h>

#include "state.h"

struct tessera_group;

/*
 * The current mm as a list, to be freed with kvfree(). At home, files get their
 * numbers. Or an error: -E2BIG.
 */
struct state_vma *tessera_space_list(struct tessera_group *group, u32 *ret_count);
/* Can a list have been made by the above? */
bool tessera_space_valid(struct tessera_group *group, const struct state_vma *vmas, u32 count);

/* The protection, as mmap() takes it, that the flags of a VMA say. */
int tessera_space_prot(u32 flags);
/* What it shall be is told to the kernel; `is`: vm_flags that it has now. */
int tessera_space_advise(unsigned long start, unsigned long end, unsigned long is, u32 wanted);

/* Host: empty the current mm, and lay it out like that. */
int tessera_space_build(struct tessera_group *group, const struct state_vma *vmas, u32 count);
/* Home: change the current mm so that it is like that; what stays keeps its pages. */
int tessera_space_reconcile(struct tessera_group *group, const struct state_vma *vmas,
			    u32 count);
/* Home: drop the pages of a chunk that are no longer true. */
void tessera_space_drop_stale(const struct state_chunk *chunk);

/* Where the kernel remembers the parts of the current mm. */
void tessera_space_save(struct state_process *process);
void tessera_space_load(const struct state_process *process);

/* Home: the addresses of all page tables that the current mm has, as chunks. */
int tessera_space_chunks(struct tessera_group *group);

#endif /* _TESSERA_SPACE_H */
