// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of a process that is away, see memory.h: the chunks, and the host's
 * side: faults, and the pages that come.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/tessera.h>

#include "group.h"
#include "pages_internal.h"
#include "process.h"
#include "trace.h"

/*
 * Chunks of all guests, whose number their homes say: 64 bytes for each page that
 * this node has, and no more.
 */
static atomic_long_t guests_chunks;

struct tessera_memory *tessera_memory_create(struct tessera_group *group)
{
	struct tessera_memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL);

	if (!memory)
		return NULL;
	memory->group = group;
	xa_init(&memory->chunks);
	spin_lock_init(&memory->lock);
	init_waitqueue_head(&memory->wait);
	return memory;
}

void tessera_memory_put(struct tessera_memory *memory)
{
	struct tessera_chunk *chunk;
	unsigned long index;

	if (!memory)
		return;
	/* Those that nobody will acknowledge any more. */
	if (memory->in_flight)
		tessera_link_pages_done(memory->group->link, memory->in_flight);
	xa_for_each(&memory->chunks, index, chunk)
		kfree(chunk);
	xa_destroy(&memory->chunks);
	if (memory->group->guest)
		atomic_long_sub(memory->count, &guests_chunks);
	kvfree(memory->buffer);
	kfree(memory);
}

static bool may_add(const struct tessera_memory *memory)
{
	if (!memory->group->guest ||
	    atomic_long_inc_return(&guests_chunks) <= totalram_pages() / 8)
		return true;
	atomic_long_dec(&guests_chunks);
	return false;
}

int tessera_memory_add(struct tessera_memory *memory, unsigned long address)
{
	struct tessera_chunk *chunk;
	int ret;

	if (memory->count == TESSERA_CHUNKS_MAX)
		return -E2BIG;
	if (!may_add(memory))
		return -ENOMEM;
	chunk = kzalloc(sizeof(*chunk), GFP_KERNEL_ACCOUNT);
	if (!chunk) {
		ret = -ENOMEM;
		goto none;
	}
	chunk->address = address;
	bitmap_fill(chunk->home, STATE_CHUNK_PAGES);
	ret = xa_insert(&memory->chunks, address >> TESSERA_CHUNK_SHIFT, chunk, GFP_KERNEL);
	if (ret)
		goto free;
	memory->count++;
	return 0;

free:
	kfree(chunk);
none:
	if (memory->group->guest)
		atomic_long_dec(&guests_chunks);
	return ret;
}

bool tessera_memory_away(struct tessera_memory *memory, unsigned long address)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = tessera_chunk_of(memory, address, &bit);
	return chunk && test_bit(bit, chunk->home);
}

void tessera_memory_forget(struct tessera_memory *memory, unsigned long start,
			   unsigned long end)
{
	struct tessera_chunk *chunk;
	unsigned long index;

	if (start >= end)
		return;
	spin_lock(&memory->lock);
	xa_for_each_range(&memory->chunks, index, chunk, start >> TESSERA_CHUNK_SHIFT,
			  (end - 1) >> TESSERA_CHUNK_SHIFT) {
		unsigned long from = max(start, chunk->address);
		unsigned long to = min(end, chunk->address + (1UL << TESSERA_CHUNK_SHIFT));
		unsigned int bit = (from - chunk->address) >> PAGE_SHIFT;
		unsigned int n = (to - from) >> PAGE_SHIFT;

		bitmap_clear(chunk->copied, bit, n);
		bitmap_clear(chunk->home, bit, n);
		bitmap_clear(chunk->asked, bit, n);
	}
	spin_unlock(&memory->lock);
	wake_up_all(&memory->wait);
}

void tessera_memory_lose(struct tessera_memory *memory)
{
	spin_lock(&memory->lock);
	memory->lost = true;
	memory->stop = true;
	spin_unlock(&memory->lock);
	wake_up_all(&memory->wait);
	wake_up_all(tessera_link_window(memory->group->link));
}

/* --- faults --- */

/* Home would get SIGBUS, too. */
static bool broken(struct tessera_memory *memory, unsigned long address)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = tessera_chunk_of(memory, address, &bit);
	return chunk && test_bit(bit, chunk->broken);
}

/* Once reported it is asked for again: the file may have grown. */
static bool take_broken(struct tessera_memory *memory, unsigned long address)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = tessera_chunk_of(memory, address, &bit);
	return chunk && test_and_clear_bit(bit, chunk->broken);
}

/* It does not come, though it was asked for: see settle_broken(). */
static bool answered(struct tessera_memory *memory, unsigned long address)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = tessera_chunk_of(memory, address, &bit);
	return !chunk || !test_bit(bit, chunk->home) || !test_bit(bit, chunk->asked);
}

/* Ask for a page and those that will be wanted next, unless it is on its way. */
static int ask(struct tessera_memory *memory, unsigned long address)
{
	struct frame_page_req req = { };
	struct tessera_chunk *chunk;
	unsigned int bit;
	bool wanted;

	chunk = tessera_chunk_of(memory, address, &bit);
	if (!chunk)
		return 0;
	spin_lock(&memory->lock);
	wanted = test_bit(bit, chunk->home) && !test_bit(bit, chunk->asked);
	if (wanted) {
		memory->faults++;
		tessera_prefetch(memory, address, &req);
	}
	spin_unlock(&memory->lock);
	if (!wanted)
		return 0;
	trace_tessera_fetch(memory->group, req.address, req.count, req.stride);
	return tessera_channel_send(&memory->group->channel, TESSERA_FRAME_PAGE_REQ, 0,
				    &req, sizeof(req));
}

/* It is here when this returns 0, or may be asked for again. */
static int wait_for_page(struct tessera_memory *memory, unsigned long address)
{
	int ret;

	if (READ_ONCE(memory->lost))
		return -EPIPE;
	ret = ask(memory, address);
	if (ret)
		return ret;
	return wait_event_killable(memory->wait, answered(memory, address) ||
				   READ_ONCE(memory->lost)) ? -EINTR : 0;
}

/* A guest's address space has its group as long as it has users. */
static struct tessera_group *guest_of(struct mm_struct *mm)
{
	struct tessera_group *group;

	rcu_read_lock();
	group = rcu_dereference(mm->tessera->group);
	if (group && !group->guest)
		group = NULL;
	rcu_read_unlock();
	return group;
}

bool __tessera_page_away(struct mm_struct *mm, unsigned long address)
{
	struct tessera_group *group = guest_of(mm);

	return group && tessera_memory_away(group->memory, address);
}

/*
 * The page of an address is at home. The lock that the fault came with is
 * dropped before asking; after that only RETRY may be returned, so an error is
 * found by the next pass, while the lock is held. Only the process itself waits:
 * whoever else looks at its memory must not depend on what its home does.
 */
vm_fault_t tessera_fault(struct vm_fault *vmf)
{
	struct tessera_memory *memory = guest_of(vmf->vma->vm_mm)->memory;
	unsigned long address = vmf->address;

	if (READ_ONCE(memory->lost) || take_broken(memory, address) ||
	    current->mm != vmf->vma->vm_mm || !(vmf->flags & FAULT_FLAG_ALLOW_RETRY))
		return VM_FAULT_SIGBUS;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;		/* the lock stays */
	release_fault_lock(vmf);
	if (wait_for_page(memory, address) == -EPIPE)
		tessera_memory_lose(memory);
	return VM_FAULT_RETRY;
}

static int bring_chunk(struct tessera_memory *memory, unsigned long address, unsigned long end)
{
	int ret = 0;

	while (address < end && !ret) {
		if (!tessera_memory_away(memory, address) || broken(memory, address))
			address += PAGE_SIZE;
		else
			ret = wait_for_page(memory, address);
		if (!ret && READ_ONCE(memory->lost))
			ret = -EPIPE;
	}
	return ret;
}

/* The program says how large the range is: only what may be at home is looked at. */
int tessera_memory_bring(struct tessera_memory *memory, unsigned long start,
			 unsigned long end)
{
	struct tessera_chunk *chunk;
	unsigned long index;
	int ret = 0;

	if (start >= end)
		return 0;
	xa_for_each_range(&memory->chunks, index, chunk, start >> TESSERA_CHUNK_SHIFT,
			  (end - 1) >> TESSERA_CHUNK_SHIFT) {
		ret = bring_chunk(memory, max(start, chunk->address),
				  min(end, chunk->address + (1UL << TESSERA_CHUNK_SHIFT)));
		if (ret)
			break;
		cond_resched();
	}
	return ret;
}

/* --- pages that come --- */

/* The page table's lock is held: nobody can unmap between this and the page. */
static bool still_wanted(struct tessera_memory *memory, unsigned long address)
{
	return tessera_memory_away(memory, address);
}

static void settle(struct tessera_memory *memory, unsigned long address, bool copied)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = tessera_chunk_of(memory, address, &bit);
	if (!chunk)
		return;
	spin_lock(&memory->lock);
	if (test_and_clear_bit(bit, chunk->home) && copied)
		set_bit(bit, chunk->copied);
	clear_bit(bit, chunk->asked);
	spin_unlock(&memory->lock);
}

/*
 * It cannot be read, or is behind the end of a file as that is now: who touches it
 * is told, and who only might have been going to asks again when it does.
 */
static void settle_broken(struct tessera_memory *memory, unsigned long address, bool touched)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = tessera_chunk_of(memory, address, &bit);
	if (!chunk)
		return;
	spin_lock(&memory->lock);
	if (touched && test_bit(bit, chunk->home))
		set_bit(bit, chunk->broken);
	clear_bit(bit, chunk->asked);
	spin_unlock(&memory->lock);
}

static int take_one(struct tessera_memory *memory, const struct tessera_message *message,
		    size_t offset, unsigned long address, bool copied)
{
	struct mm_struct *mm = memory->group->mm;
	struct vm_area_struct *vma = vma_lookup(mm, address);
	struct folio *folio;
	void *to;
	int ret;

	/* Only where such pages can be missed: not in the vDSO. */
	if (!vma || !vma_is_anonymous(vma) || !tessera_memory_away(memory, address)) {
		memory->late++;
		return 0;
	}
	folio = tessera_page_alloc(mm);
	if (!folio)
		return -ENOMEM;
	to = kmap_local_folio(folio, 0);
	ret = tessera_message_copy(message, offset, to, PAGE_SIZE);
	kunmap_local(to);
	if (!ret)
		ret = tessera_page_install(vma, address, folio, false, still_wanted, memory);
	if (ret)
		folio_put(folio);
	else
		settle(memory, address, copied);
	return ret == -EEXIST ? 0 : ret;
}

int tessera_memory_take(struct tessera_memory *memory, const struct tessera_message *message)
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
		unsigned long address = pages.address + i * pages.stride * PAGE_SIZE;

		if (pages.present >> i & 1) {
			ret = take_one(memory, message, offset, address,
				       pages.flags & TESSERA_PAGES_KEPT);
			offset += PAGE_SIZE;
		} else if (pages.absent >> i & 1) {
			/* Nothing was ever there: zeros from now on. */
			settle(memory, address, false);
			memory->absent++;
		} else if (pages.broken >> i & 1) {
			settle_broken(memory, address,
				      !i && !(pages.flags & TESSERA_PAGES_ACK));
		}
	}
	mmap_read_unlock(mm);
	mmput_async(mm);
	wake_up_all(&memory->wait);
	if (pages.flags & TESSERA_PAGES_ACK)
		memory->pushed += pages.count;
	else
		memory->fetched += hweight32(pages.present);
	if (!ret && pages.flags & TESSERA_PAGES_ACK)
		ret = tessera_channel_send(&memory->group->channel, TESSERA_FRAME_PAGES_ACK,
					   0, &pages, sizeof(pages));
	return ret;
}
