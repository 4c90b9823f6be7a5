// SPDX-License-Identifier: GPL-2.0
/*
 * Memory ushering: while the process runs elsewhere, home sends it the anonymous
 * pages that it has not asked for, and lets go of them as they arrive. Whatever
 * the process waits for goes first.
 */
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmu_context.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "group.h"
#include "pages_internal.h"

/*
 * The process needs its first pages at once, and alone: until the link is hurried no
 * more, which is looked at so often, or it goes on asking.
 */
#define BEGIN_LOOK_MS	50
#define BEGIN_AT_LAST_MS 500

/* Of its own: it waits for hosts, and each of them can be slow. */
static struct workqueue_struct *usher_wq;

/* What has to stay at home: where calls are laid out, and what `ps` reads. */
static bool kept(struct tessera_group *group, unsigned long address, unsigned long *end)
{
	struct mm_struct *mm = group->mm;
	const struct { unsigned long start, end; } all[] = {
		{ group->scratch, group->scratch + group->scratch_size },
		{ mm->arg_start & PAGE_MASK, PAGE_ALIGN(mm->env_end) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (address >= all[i].start && address < all[i].end)
			return true;
		if (all[i].start > address)
			*end = min(*end, all[i].start);
	}
	return false;
}

/* Anonymous memory of the process itself; files have their own copy. */
static unsigned long pushable_until(struct tessera_group *group, unsigned long address)
{
	struct vm_area_struct *vma;
	unsigned long end = 0, limit = TASK_SIZE_MAX;

	if (kept(group, address, &limit))
		return 0;
	mmap_read_lock(group->mm);
	vma = vma_lookup(group->mm, address);
	if (vma && vma_is_anonymous(vma) && !(vma->vm_flags & VM_SHARED))
		end = vma->vm_end;
	mmap_read_unlock(group->mm);
	return min(end, limit);
}

/* The next run of pages of a chunk; they count as given away. */
static u32 take_run(struct tessera_memory *memory, struct tessera_chunk *chunk,
		    unsigned int *bit, u32 most)
{
	unsigned long end;
	u32 n = 0;

	*bit = find_next_bit(chunk->home, STATE_CHUNK_PAGES, *bit);
	if (*bit >= STATE_CHUNK_PAGES)
		return 0;
	end = pushable_until(memory->group, chunk->address + *bit * PAGE_SIZE);
	spin_lock(&memory->lock);
	while (n < most && *bit + n < STATE_CHUNK_PAGES &&
	       chunk->address + (*bit + n) * PAGE_SIZE < end &&
	       test_and_clear_bit(*bit + n, chunk->home))
		n++;
	spin_unlock(&memory->lock);
	return n;
}

static int push_chunk(struct tessera_memory *memory, struct tessera_chunk *chunk, void *buffer)
{
	unsigned int bit = 0;
	int ret = 0;

	while (!ret && bit < STATE_CHUNK_PAGES) {
		unsigned long address;
		struct kvec part = { .iov_base = buffer };
		u32 most = min(tessera_window_pages(memory), TESSERA_PAGES_MAX), n;

		/* Room first: what was taken must be sent. */
		ret = tessera_window_enter(memory, most);
		if (ret)
			break;
		n = take_run(memory, chunk, &bit, most);
		if (n < most)
			tessera_window_leave(memory, most - n);
		if (!n) {
			bit++;
			continue;
		}
		address = chunk->address + bit * PAGE_SIZE;
		part.iov_len = tessera_pages_fill(memory->group, buffer, address, n, 1,
						  (1u << n) - 1, TESSERA_PAGES_ACK);
		/* Before the host knows: who waits for them asks then. */
		tessera_pages_keep_broken(memory, buffer);
		ret = tessera_channel_send_bulk(&memory->group->channel, TESSERA_FRAME_PAGES,
						&part, 1);
		bit += n;
	}
	return ret;
}

/* It has just asked for something: it is waited for, not for ever. */
static bool too_early(struct tessera_memory *memory)
{
	return tessera_link_hurried(memory->group->link) &&
	       time_before(jiffies, memory->away_since + msecs_to_jiffies(BEGIN_AT_LAST_MS));
}

static void usher_work(struct work_struct *work)
{
	struct tessera_memory *memory = container_of(to_delayed_work(work),
						     struct tessera_memory, usher);
	struct mm_struct *mm = memory->group->mm;
	struct tessera_chunk *chunk;
	unsigned long index;
	void *buffer;

	buffer = too_early(memory) ? NULL : kvmalloc(PAGES_BUFFER, GFP_KERNEL);
	if (!buffer) {
		queue_delayed_work(usher_wq, &memory->usher, msecs_to_jiffies(BEGIN_LOOK_MS));
		return;
	}
	if (mmget_not_zero(mm)) {
		kthread_use_mm(mm);
		xa_for_each(&memory->chunks, index, chunk) {
			if (push_chunk(memory, chunk, buffer))
				break;
			cond_resched();
		}
		kthread_unuse_mm(mm);
		mmput_async(mm);
	}
	kvfree(buffer);
}

void tessera_memory_push(struct tessera_memory *memory)
{
	memory->away_since = jiffies;
	tessera_link_hurry(memory->group->link);
	INIT_DELAYED_WORK(&memory->usher, usher_work);
	queue_delayed_work(usher_wq, &memory->usher, msecs_to_jiffies(BEGIN_LOOK_MS));
}

void tessera_memory_stop(struct tessera_memory *memory)
{
	spin_lock(&memory->lock);
	memory->stop = true;
	spin_unlock(&memory->lock);
	wake_up_all(&memory->wait);
	wake_up_all(tessera_link_window(memory->group->link));
	if (memory->usher.work.func)
		cancel_delayed_work_sync(&memory->usher);
}

/* Those of an acknowledged run that were sent. */
static void let_go(struct tessera_memory *memory, struct vm_area_struct *vma,
		   unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned long at = start;

		while (at < end && !tessera_memory_away(memory, at))
			at += PAGE_SIZE;
		if (at > start)
			zap_page_range_single(vma, start, at - start, NULL);
		start = at + PAGE_SIZE;
	}
}

/* They arrived: home needs them no more. */
int tessera_memory_acked(struct tessera_memory *memory, const struct tessera_message *message)
{
	struct mm_struct *mm = memory->group->mm;
	struct frame_pages pages;
	struct vm_area_struct *vma;
	unsigned long end, limit = TASK_SIZE_MAX;

	if (tessera_message_get(message, &pages, sizeof(pages)) || !pages.count ||
	    pages.count > TESSERA_PAGES_MAX || pages.stride != 1 ||
	    pages.address & ~PAGE_MASK || pages.address >= TASK_SIZE_MAX)
		return -EPROTO;
	end = pages.address + pages.count * PAGE_SIZE;
	if (!memory->group->guest && mmget_not_zero(mm)) {
		mmap_read_lock(mm);
		vma = vma_lookup(mm, pages.address);
		if (vma && vma->vm_end >= end && vma_is_anonymous(vma) &&
		    !kept(memory->group, pages.address, &limit) && end <= limit)
			let_go(memory, vma, pages.address, end);
		mmap_read_unlock(mm);
		mmput_async(mm);
	}
	tessera_window_leave(memory, pages.count);
	return 0;
}

int __init tessera_usher_init(void)
{
	usher_wq = alloc_workqueue("tessera_usher", WQ_UNBOUND, 0);
	return usher_wq ? 0 : -ENOMEM;
}
