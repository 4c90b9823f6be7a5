// SPDX-License-Identifier: GPL-2.0
/*
 * Home serves the pages of a process that is away, by request, and the window
 * that all pushing of pages keeps to.
 */
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mmu_context.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "group.h"
#include "pages_internal.h"

/* Where calls are laid out at home: the process has nothing there. */
static bool is_scratch(const struct tessera_group *group, unsigned long address)
{
	return address >= group->scratch && address < group->scratch + group->scratch_size;
}

static struct page *get(unsigned long address, unsigned int flags)
{
	struct page *page;
	int locked = 1;
	long ret;

	mmap_read_lock(current->mm);
	ret = get_user_pages_remote(current->mm, address, 1, FOLL_FORCE | FOLL_HWPOISON | flags,
				    &page, &locked);
	if (locked)
		mmap_read_unlock(current->mm);
	return ret == 1 ? page : NULL;
}

/*
 * Reading it as a core dump does: NULL where nothing was ever put, and an error
 * where something is that cannot be read, or a file has ended.
 */
static struct page *page_get(const struct tessera_group *group, unsigned long address)
{
	struct vm_area_struct *vma;
	bool mapped, anonymous;
	struct page *page;

	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, address);
	mapped = vma && !is_scratch(group, address);
	anonymous = mapped && vma_is_anonymous(vma);
	mmap_read_unlock(current->mm);
	if (!mapped)
		return NULL;
	page = get(address, FOLL_DUMP);
	if (page)
		return page;
	/* Where nothing is, a touch finds zeros. What the swap has lost it does not find. */
	page = anonymous ? get(address, 0) : NULL;
	if (!page)
		return ERR_PTR(-EIO);
	put_page(page);
	return NULL;
}

size_t tessera_pages_fill(const struct tessera_group *group, void *buffer,
			  unsigned long address, u32 count, u32 stride, u32 wanted, u32 flags)
{
	struct frame_pages *pages = buffer;
	void *to = pages + 1;
	u32 i;

	*pages = (struct frame_pages) {
		.address = address, .count = count, .stride = stride, .flags = flags,
	};
	for (i = 0; i < count; i++) {
		struct page *page;

		if (!(wanted >> i & 1))
			continue;
		page = page_get(group, address + i * stride * PAGE_SIZE);
		if (IS_ERR(page)) {
			pages->broken |= 1u << i;
			continue;
		}
		if (!page) {
			pages->absent |= 1u << i;
			continue;
		}
		memcpy_from_page(to, page, 0, PAGE_SIZE);
		put_page(page);
		pages->present |= 1u << i;
		to += PAGE_SIZE;
	}
	return to - buffer;
}

int tessera_pages_head(const struct tessera_message *message, struct frame_pages *ret)
{
	if (tessera_message_copy(message, 0, ret, sizeof(*ret)) ||
	    !tessera_pages_valid(ret, message->frame.length, PAGE_SIZE))
		return -EPROTO;
	return 0;
}

/* Which of the pages were not given away yet; they count as copied now. */
static u32 take_wanted(struct tessera_memory *memory, const struct frame_page_req *req)
{
	u32 wanted = 0, i;

	spin_lock(&memory->lock);
	for (i = 0; i < req->count; i++) {
		unsigned long address = req->address + i * req->stride * PAGE_SIZE;
		struct tessera_chunk *chunk;
		unsigned int bit;

		chunk = tessera_chunk_of(memory, address, &bit);
		if (!chunk || !test_and_clear_bit(bit, chunk->home))
			continue;
		set_bit(bit, chunk->copied);
		wanted |= 1u << i;
	}
	spin_unlock(&memory->lock);
	return wanted;
}

void tessera_pages_keep_broken(struct tessera_memory *memory, const struct frame_pages *pages)
{
	u32 i;

	if (!pages->broken)
		return;
	spin_lock(&memory->lock);
	for (i = 0; i < pages->count; i++) {
		unsigned long address = pages->address + i * pages->stride * PAGE_SIZE;
		struct tessera_chunk *chunk;
		unsigned int bit;

		chunk = tessera_chunk_of(memory, address, &bit);
		if (chunk && pages->broken >> i & 1) {
			set_bit(bit, chunk->home);
			clear_bit(bit, chunk->copied);
		}
	}
	spin_unlock(&memory->lock);
}

int tessera_memory_serve(struct tessera_memory *memory, const struct tessera_message *message)
{
	struct mm_struct *mm = memory->group->mm;
	struct frame_page_req req;
	size_t length;
	u32 wanted;
	int ret;

	ret = tessera_message_copy(message, 0, &req, sizeof(req));
	if (ret || !tessera_page_req_valid(&req, message->frame.length, PAGE_SIZE))
		return -EPROTO;
	if (!memory->buffer)
		memory->buffer = kvmalloc(PAGES_BUFFER, GFP_KERNEL);
	if (!memory->buffer)
		return -ENOMEM;
	if (!mmget_not_zero(mm))
		return 0;	/* the process is dying */
	tessera_link_hurry(memory->group->link);
	wanted = take_wanted(memory, &req);
	kthread_use_mm(mm);
	length = tessera_pages_fill(memory->group, memory->buffer, req.address, req.count,
				    req.stride, wanted, TESSERA_PAGES_KEPT);
	kthread_unuse_mm(mm);
	mmput_async(mm);
	tessera_pages_keep_broken(memory, memory->buffer);
	return tessera_channel_send(&memory->group->channel, TESSERA_FRAME_PAGES,
				    message->frame.request, memory->buffer, length);
}

/* Who waits for a page or a call waits behind little. */
u32 tessera_window_pages(const struct tessera_memory *memory)
{
	return tessera_link_hurried(memory->group->link) ? HURRIED_PAGES : WINDOW_PAGES;
}

static bool may_enter(struct tessera_memory *memory, u32 pages)
{
	return READ_ONCE(memory->stop) ||
	       (READ_ONCE(memory->in_flight) + pages <= max(pages, tessera_window_pages(memory)) &&
		tessera_link_pages_fit(memory->group->link, pages));
}

int tessera_window_enter(struct tessera_memory *memory, u32 pages)
{
	struct tessera_link *link = memory->group->link;

	if (wait_event_killable(*tessera_link_window(link), may_enter(memory, pages)))
		return -EINTR;
	if (READ_ONCE(memory->stop))
		return -EPIPE;
	spin_lock(&memory->lock);
	memory->in_flight += pages;
	spin_unlock(&memory->lock);
	tessera_link_pages_add(link, pages);
	return 0;
}

void tessera_window_leave(struct tessera_memory *memory, u32 pages)
{
	spin_lock(&memory->lock);
	pages = min(pages, memory->in_flight);
	memory->in_flight -= pages;
	spin_unlock(&memory->lock);
	wake_up_all(&memory->wait);
	tessera_link_pages_done(memory->group->link, pages);
}

int tessera_window_drain(struct tessera_memory *memory)
{
	int ret = wait_event_killable(memory->wait, !READ_ONCE(memory->in_flight) ||
				      READ_ONCE(memory->lost));

	if (ret)
		return -EINTR;
	return READ_ONCE(memory->lost) ? -EPIPE : 0;
}
