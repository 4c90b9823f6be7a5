// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of a guest that change its address space. They are done here, at once, and
 * home hears of them when the process comes back: it gets the whole layout then.
 * That is cheaper than telling each of them, and needs no order between threads.
 *
 * What matters here is only which pages are still at home: those of a range that
 * is given up are forgotten first, and those of one that moves are brought first.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/security.h>
#include <linux/syscalls.h>

#include "call_guest.h"
#include "group.h"
#include "memory.h"

/* A call with such a range will fail, and must not have done anything before. */
static bool range_fine(unsigned long start, unsigned long length)
{
	return !(start & ~PAGE_MASK) && length && length <= TASK_SIZE_MAX &&
	       start <= TASK_SIZE_MAX - length;
}

static void forget(struct tessera_task *member, unsigned long start, unsigned long length)
{
	if (range_fine(start, length))
		tessera_memory_forget(member->group->memory, start,
				      start + PAGE_ALIGN(length));
}

/*
 * As forget(), where the kernel may still refuse for want of memory: then what was
 * there must be there again.
 */
static void give_up(struct tessera_task *member, unsigned long start, unsigned long length)
{
	bool limited = sysctl_overcommit_memory == OVERCOMMIT_NEVER ||
		       rlimit(RLIMIT_AS) != RLIM_INFINITY ||
		       rlimit(RLIMIT_DATA) != RLIM_INFINITY ||
		       length >> PAGE_SHIFT > totalram_pages() / 2;

	if (!range_fine(start, length))
		return;
	if (limited && tessera_memory_bring(member->group->memory, start,
					    start + PAGE_ALIGN(length)))
		return;		/* it is being killed */
	forget(member, start, length);
}

static bool do_mmap_here(struct tessera_task *member, const unsigned long args[6])
{
	unsigned long flags = args[3];

	if (!(flags & MAP_ANONYMOUS) || (flags & MAP_TYPE) != MAP_PRIVATE ||
	    flags & (MAP_HUGETLB | MAP_LOCKED))
		return false;
	/* Refused before it looks at what is there. */
	if (args[5] & ~PAGE_MASK || args[0] < mmap_min_addr)
		return true;
	if (flags & MAP_FIXED && !(flags & MAP_FIXED_NOREPLACE))
		give_up(member, args[0], args[1]);
	return true;
}

/*
 * The end of a range to advise or protect; its start, if it is none. It may lie behind
 * all memory: what is there is done before that is an error.
 */
static unsigned long end_of(unsigned long start, unsigned long length)
{
	unsigned long end = start + PAGE_ALIGN(length);

	return start & ~PAGE_MASK || end < start ? start : end;
}

/* Is there a file whose content only home has? */
static bool has_stand_in(unsigned long start, unsigned long length)
{
	VMA_ITERATOR(vmi, current->mm, start);
	unsigned long end = end_of(start, length);
	struct vm_area_struct *vma;
	bool found = false;

	if (end == start)
		return false;
	mmap_read_lock(current->mm);
	for_each_vma_range(vmi, vma, end)
		found = found || (vma->vm_file && vma_is_anonymous(vma));
	mmap_read_unlock(current->mm);
	return found;
}

/* As the kernel looks at it before it unmaps what lies there. */
static bool new_place_fine(const unsigned long args[6])
{
	unsigned long flags = args[3], to = args[4], size = PAGE_ALIGN(args[2]);
	bool fine;

	if (!(flags & MREMAP_FIXED) || !(flags & MREMAP_MAYMOVE) || flags &
	    ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP) ||
	    (flags & MREMAP_DONTUNMAP && args[1] != args[2]) || !range_fine(to, args[2]) ||
	    args[0] & ~PAGE_MASK ||
	    (args[0] + PAGE_ALIGN(args[1]) > to && to + size > args[0]))
		return false;
	mmap_read_lock(current->mm);
	fine = vma_lookup(current->mm, args[0]);
	mmap_read_unlock(current->mm);
	return fine;
}

static bool do_mremap_here(struct tessera_task *member, const unsigned long args[6])
{
	struct tessera_memory *memory = member->group->memory;

	/* What is mapped twice, and what a file shows where nothing is left. */
	if ((!args[1] && has_stand_in(args[0], PAGE_SIZE)) ||
	    (args[3] & MREMAP_DONTUNMAP && has_stand_in(args[0], args[1])))
		return false;
	if (args[2] > args[1] && has_stand_in(args[0], args[1]))
		return false;
	if (range_fine(args[0], args[1]) &&
	    tessera_memory_bring(memory, args[0], args[0] + PAGE_ALIGN(args[1])))
		return true;	/* it is being killed */
	/* Nothing of what home has there is true when it has moved, or has shrunk. */
	if (args[3] & MREMAP_MAYMOVE)
		forget(member, args[0], args[1]);
	else if (args[2] < args[1])
		forget(member, args[0] + PAGE_ALIGN(args[2]),
		       PAGE_ALIGN(args[1]) - PAGE_ALIGN(args[2]));
	if (new_place_fine(args))
		give_up(member, args[4], args[2]);
	return true;
}

static bool do_brk_here(struct tessera_task *member, const unsigned long args[6])
{
	struct mm_struct *mm = current->mm;
	unsigned long now = READ_ONCE(mm->brk);

	if (args[0] >= mm->start_brk && args[0] < now)
		give_up(member, PAGE_ALIGN(args[0]), PAGE_ALIGN(now) - PAGE_ALIGN(args[0]));
	return true;
}

static bool do_madvise_here(struct tessera_task *member, const unsigned long args[6])
{
	switch (args[2]) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:		/* what is at home at once */
		if (has_stand_in(args[0], args[1]))
			return false;
		tessera_memory_forget(member->group->memory, args[0],
				      min(end_of(args[0], args[1]), TASK_SIZE_MAX));
		return true;
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return true;
	}
	return false;
}

bool tessera_guest_memory(struct tessera_task *member, const unsigned long args[6], long nr)
{
	/* Before it has more mappings than it could come home with. */
	if (READ_ONCE(current->mm->map_count) > TESSERA_VMAS_AWAY)
		return false;
	switch (nr) {
	case __NR_mmap:
		return do_mmap_here(member, args);
	case __NR_munmap:
		forget(member, args[0], args[1]);
		return true;
	case __NR_mremap:
		return do_mremap_here(member, args);
	case __NR_brk:
		return do_brk_here(member, args);
	case __NR_madvise:
		return do_madvise_here(member, args);
	case __NR_mprotect:
		/* Whether a file may be written or executed home knows. */
		return !(args[2] & (PROT_GROWSDOWN | PROT_GROWSUP | PROT_SEM)) &&
		       !(args[2] & (PROT_WRITE | PROT_EXEC) && has_stand_in(args[0], args[1]));
	}
	return false;
}
