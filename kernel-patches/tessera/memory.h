/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the pages of a process are that is away. Both ends keep, for each page
 * table's worth of addresses that had a page table when it left, a chunk with a
 * bit for each page:
 *
 *			at the host			at home
 *
 *	home bit	the true page is at home	it was not sent yet
 *	copied bit	home has the same, if clean	it was sent, and is kept
 *	neither		it is here, or nowhere		it was given away, or nowhere
 *
 * A chunk is filled with home bits without looking at its pages: that an address
 * has no page is found when it is asked for. So leaving costs nothing per page.
 *
 * At the host, an address whose home bit is set has no page: its fault asks home
 * without holding a lock, and starts again when the page has come. Unmapping and
 * discarding clear the bits first and touch the pages then; a page is put in only
 * under the lock of its page table and while its bit is set. So a page that comes
 * too late is dropped, whatever happened to its address meanwhile.
 */
#ifndef _TESSERA_MEMORY_H
#define _TESSERA_MEMORY_H

#include <linux/mm_types.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "state.h"

struct tessera_group;
struct tessera_message;

struct tessera_chunk {
	unsigned long address;
	DECLARE_BITMAP(home, STATE_CHUNK_PAGES);
	DECLARE_BITMAP(copied, STATE_CHUNK_PAGES);
	DECLARE_BITMAP(asked, STATE_CHUNK_PAGES);	/* host: on its way */
	DECLARE_BITMAP(broken, STATE_CHUNK_PAGES);	/* host: home cannot read it, and touched */
};

struct tessera_memory {
	struct tessera_group *group;	/* whose it is; not counted */
	struct xarray chunks;		/* by address >> TESSERA_CHUNK_SHIFT */
	unsigned int count;		/* of them */
	spinlock_t lock;		/* guards the bits, and what follows */
	bool lost;			/* host: what is missing will not come */
	bool stop;			/* home: nothing is pushed any more */
	unsigned int in_flight;		/* pages pushed, not acknowledged */
	wait_queue_head_t wait;		/* a bit was cleared; room; lost; stop */
	struct delayed_work usher;	/* home: pushes */
	unsigned long away_since;	/* home: jiffies */
	void *buffer;			/* home: of the server, PAGES_BUFFER bytes */

	/* host: what the next fault is expected to be; see prefetch.c */
	unsigned long last, expected;
	unsigned int stride, window;
	u64 faults, fetched, pushed, absent, late;
};

#define PAGES_BUFFER	(sizeof(struct frame_pages) + TESSERA_PAGES_MAX * PAGE_SIZE)

struct tessera_memory *tessera_memory_create(struct tessera_group *group);
void tessera_memory_put(struct tessera_memory *memory);

/* Add a chunk with all bits home. */
int tessera_memory_add(struct tessera_memory *memory, unsigned long address);
/* Is the page of an address at home? Any context. */
bool tessera_memory_away(struct tessera_memory *memory, unsigned long address);
/* The process gives these up, before it really does. */
void tessera_memory_forget(struct tessera_memory *memory, unsigned long start,
			   unsigned long end);
/* All pages of a range are here when this returns: 0, -EINTR, -EPIPE. */
int tessera_memory_bring(struct tessera_memory *memory, unsigned long start,
			 unsigned long end);
/* Nothing will come any more: whoever waits gets an error. */
void tessera_memory_lose(struct tessera_memory *memory);

/* Host: pages have come. */
int tessera_memory_take(struct tessera_memory *memory, const struct tessera_message *message);
/* Home: serve a request, take an acknowledgment; stop pushing. */
int tessera_memory_serve(struct tessera_memory *memory, const struct tessera_message *message);
int tessera_memory_acked(struct tessera_memory *memory, const struct tessera_message *message);
void tessera_memory_push(struct tessera_memory *memory);
int __init tessera_usher_init(void);
void tessera_memory_stop(struct tessera_memory *memory);

/*
 * The way back: the host sends all that home does not have, the whole of it
 * acknowledged when this returns; home takes it.
 */
int tessera_memory_send_home(struct tessera_memory *memory);
int tessera_memory_take_home(struct tessera_memory *memory, const struct tessera_message *message);

/* prefetch.c: how many pages to ask for with this one. memory->lock is held. */
void tessera_prefetch(struct tessera_memory *memory, unsigned long address,
		      struct frame_page_req *ret);

/*
 * install.c: put a page into an address that has none. -EEXIST: it has one, or
 * `wanted` said no under the page table's lock. Consumes nothing on errors.
 * mmap_lock is held for reading.
 */
int tessera_page_install(struct vm_area_struct *vma, unsigned long address,
			 struct folio *folio, bool dirty,
			 bool (*wanted)(struct tessera_memory *memory, unsigned long address),
			 struct tessera_memory *memory);
/* A new page for it, charged to the memory cgroup. */
struct folio *tessera_page_alloc(struct mm_struct *mm);

#endif /* _TESSERA_MEMORY_H */
