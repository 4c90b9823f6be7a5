/* SPDX-License-Identifier: GPL-2.0 */
/* What memory.c, serve.c, usher.c and homeward.c share: pages in frames. */
#ifndef _TESSERA_PAGES_INTERNAL_H
#define _TESSERA_PAGES_INTERNAL_H

#include "group.h"
#include "memory.h"

/*
 * Pushed and not acknowledged. The host takes them in the order of their coming, so
 * what a fault waits for can wait for all of these.
 */
#define WINDOW_PAGES	64
#define HURRIED_PAGES	8	/* while processes wait for what home sends */

/*
 * Fill a buffer of PAGES_BUFFER bytes with the pages of the current mm that
 * `wanted` has bits for; those that do not exist become absent, and broken
 * those that cannot be read. Returns the bytes of it that count.
 */
size_t tessera_pages_fill(const struct tessera_group *group, void *buffer,
			  unsigned long address, u32 count, u32 stride, u32 wanted, u32 flags);
/* Home: what is broken is still there, and may be whole later: a file that grows. */
void tessera_pages_keep_broken(struct tessera_memory *memory, const struct frame_pages *pages);

/*
 * The chunk that has the bit of an address, or NULL. Chunks are neither added nor
 * removed once the process runs.
 */
static inline struct tessera_chunk *tessera_chunk_of(struct tessera_memory *memory,
						     unsigned long address, unsigned int *ret_bit)
{
	*ret_bit = address >> PAGE_SHIFT & (STATE_CHUNK_PAGES - 1);
	return xa_load(&memory->chunks, address >> TESSERA_CHUNK_SHIFT);
}

/* The head of a PAGES frame; -EPROTO if that is not what it is. */
int tessera_pages_head(const struct tessera_message *message, struct frame_pages *ret);

/* Take part in the window: -EPIPE when nothing is to be sent any more. */
int tessera_window_enter(struct tessera_memory *memory, u32 pages);
void tessera_window_leave(struct tessera_memory *memory, u32 pages);
/* How many may be under way now. */
u32 tessera_window_pages(const struct tessera_memory *memory);
/* Until all is acknowledged. */
int tessera_window_drain(struct tessera_memory *memory);

#endif /* _TESSERA_PAGES_INTERNAL_H */
