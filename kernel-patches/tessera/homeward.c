// SPDX-License-Identifier: GPL-2.0
/*
 * Pages on the way home: the host sends those that home does not have, home puts
 * them in the place of what it has.
 */
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "group.h"
#include "pages_internal.h"

/* --- the host --- */

struct walk {
	struct tessera_memory *memory;
	struct tessera_chunk *chunk;	/* of these addresses, or NULL */
	unsigned long address;
	bool exact;			/* a clean entry means a clean page */
	DECLARE_BITMAP(send, STATE_CHUNK_PAGES);
};

static bool must_travel(const struct walk *walk, struct vm_area_struct *vma,
			unsigned long address, pte_t entry)
{
	unsigned int bit = (address - walk->address) >> PAGE_SHIFT;
	struct page *page;

	if (pte_none(entry) || is_pte_marker(entry))
		return false;
	if (!pte_present(entry))
		return true;
	/* Not the zero page, and none of the image: those home has itself. */
	page = vm_normal_page(vma, address, entry);
	if (!page || !PageAnon(page))
		return false;
	/* A page that was moved in memory may be dirty by its own word alone. */
	return !walk->exact || pte_dirty(entry) || PageDirty(page) || !walk->chunk ||
	       !test_bit(bit, walk->chunk->copied);
}

static int walk_pmd(pmd_t *pmd, unsigned long address, unsigned long end, struct mm_walk *mm_walk)
{
	struct walk *walk = mm_walk->private;
	pte_t *first, *pte;
	spinlock_t *ptl;	/* of the page table */

	ptl = pmd_trans_huge_lock(pmd, mm_walk->vma);
	if (ptl) {
		__acquire(ptl);		/* sparse is not told of it */
		bitmap_set(walk->send, (address - walk->address) >> PAGE_SHIFT,
			   (end - address) >> PAGE_SHIFT);
		spin_unlock(ptl);
		return 0;
	}
	first = pte_offset_map_lock(mm_walk->mm, pmd, address, &ptl);
	if (!first) {
		mm_walk->action = ACTION_AGAIN;
		return 0;
	}
	__acquire(RCU);			/* sparse is told of the lock alone */
	for (pte = first; address < end; address += PAGE_SIZE, pte++) {
		if (must_travel(walk, mm_walk->vma, address, ptep_get(pte)))
			set_bit((address - walk->address) >> PAGE_SHIFT, walk->send);
	}
	pte_unmap_unlock(first, ptl);
	return 0;
}

static const struct mm_walk_ops walk_ops = {
	.pmd_entry	= walk_pmd,
	.walk_lock	= PGWALK_RDLOCK,
};

static int send_runs(struct walk *walk, void *buffer)
{
	struct tessera_memory *memory = walk->memory;
	unsigned int bit = 0;
	int ret = 0;

	while (!ret) {
		const struct frame_pages *pages = buffer;
		struct kvec part = { .iov_base = buffer };
		u32 n = 0;

		bit = find_next_bit(walk->send, STATE_CHUNK_PAGES, bit);
		if (bit >= STATE_CHUNK_PAGES)
			break;
		while (n < TESSERA_PAGES_MAX && bit + n < STATE_CHUNK_PAGES &&
		       test_bit(bit + n, walk->send))
			n++;
		ret = tessera_window_enter(memory, n);
		if (ret)
			break;
		part.iov_len = tessera_pages_fill(memory->group, buffer,
						  walk->address + bit * PAGE_SIZE, n, 1,
						  (1u << n) - 1, TESSERA_PAGES_ACK);
		if (pages->broken) {
			tessera_window_leave(memory, n);
			return -EIO;
		}
		ret = tessera_channel_send_bulk(&memory->group->channel, TESSERA_FRAME_PAGES,
						&part, 1);
		bit += n;
	}
	return ret;
}

/* One page table's worth of a VMA. */
static int send_part(struct walk *walk, unsigned long start, unsigned long end, void *buffer)
{
	struct mm_struct *mm = current->mm;
	int ret;

	walk->address = start & ~((1UL << TESSERA_CHUNK_SHIFT) - 1);
	walk->chunk = xa_load(&walk->memory->chunks, start >> TESSERA_CHUNK_SHIFT);
	bitmap_zero(walk->send, STATE_CHUNK_PAGES);
	mmap_read_lock(mm);
	ret = walk_page_range(mm, start, end, &walk_ops, walk);
	mmap_read_unlock(mm);
	return ret ?: send_runs(walk, buffer);
}

static int stop_at_pmd(pmd_t *pmd, unsigned long address, unsigned long end, struct mm_walk *walk)
{
	unsigned long *ret_address = walk->private;

	if (pmd_none(pmdp_get_lockless(pmd)))
		return 0;
	*ret_address = address;
	return 1;
}

/* The first address that may have a page: there can be terabytes without any. */
static unsigned long first_used(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	static const struct mm_walk_ops ops = {
		.pmd_entry	= stop_at_pmd,
		.walk_lock	= PGWALK_RDLOCK,
	};
	unsigned long address = end;

	walk_page_range(mm, start, end, &ops, &address);
	return address;
}

/* The process stands still: its VMAs and pages stay as they are. */
int tessera_memory_send_home(struct tessera_memory *memory)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long at = 0;
	struct walk *walk;
	void *buffer;
	int ret = 0;

	walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	buffer = kvmalloc(PAGES_BUFFER, GFP_KERNEL);
	if (!walk || !buffer)
		ret = -ENOMEM;
	while (!ret) {
		unsigned long start, end;
		bool skip;

		mmap_read_lock(mm);
		vma = find_vma(mm, at);
		if (vma) {
			start = max(at, vma->vm_start);
			end = vma->vm_end;
			skip = !vma_is_anonymous(vma) && !vma->anon_vma;
			if (!skip)
				start = first_used(mm, start, end);
			skip = skip || start == end;
			if (!skip)
				end = min(end, (start | ((1UL << TESSERA_CHUNK_SHIFT) - 1)) + 1);
		}
		mmap_read_unlock(mm);
		if (!vma)
			break;
		walk->memory = memory;
		/* A swapped page comes back clean, whatever was done to it. */
		walk->exact = !total_swap_pages;
		if (!skip)
			ret = send_part(walk, start, end, buffer);
		at = end;
		cond_resched();
	}
	kvfree(buffer);
	kfree(walk);
	return ret ?: tessera_window_drain(memory);
}

/* --- home --- */

static int take_one(struct mm_struct *mm, const struct tessera_message *message, size_t offset,
		    unsigned long address)
{
	struct vm_area_struct *vma = vma_lookup(mm, address);
	struct folio *folio;
	void *to;
	int ret;

	/* The program can have written there, and home cannot take it: no fault of the host's. */
	if (!vma || vma->vm_flags & (VM_MAYSHARE | VM_IO | VM_PFNMAP))
		return 0;
	folio = tessera_page_alloc(mm);
	if (!folio)
		return -ENOMEM;
	to = kmap_local_folio(folio, 0);
	ret = tessera_message_copy(message, offset, to, PAGE_SIZE);
	kunmap_local(to);
	if (!ret) {
		/* Again if somebody has read it by /proc in between. */
		do {
			zap_page_range_single(vma, address, PAGE_SIZE, NULL);
			ret = tessera_page_install(vma, address, folio, true, NULL, NULL);
		} while (ret == -EEXIST);
	}
	if (ret)
		folio_put(folio);
	return ret;
}

int tessera_memory_take_home(struct tessera_memory *memory, const struct tessera_message *message)
{
	struct mm_struct *mm = memory->group->mm;
	size_t offset = sizeof(struct frame_pages);
	struct frame_pages pages;
	unsigned int i;
	int ret;

	ret = tessera_pages_head(message, &pages);
	if (ret)
		return ret;
	if (!mmget_not_zero(mm))
		return 0;
	mmap_read_lock(mm);
	for (i = 0; i < pages.count && !ret; i++) {
		if (!(pages.present >> i & 1))
			continue;
		ret = take_one(mm, message, offset, pages.address + i * pages.stride * PAGE_SIZE);
		offset += PAGE_SIZE;
	}
	mmap_read_unlock(mm);
	mmput_async(mm);
	if (ret)
		return ret;
	return tessera_channel_send(&memory->group->channel, TESSERA_FRAME_PAGES_ACK, 0,
				    &pages, sizeof(pages));
}
