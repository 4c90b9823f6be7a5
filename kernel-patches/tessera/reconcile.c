// SPDX-License-Identifier: GPL-2.0
/*
 * A process comes home: home's address space is made like the one that it had at
 * the host. What is the same keeps its pages, for many of them are still the true
 * ones. In the context of the process, which stands still.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/syscalls.h>
#include <asm/syscall.h>

#include "files.h"
#include "group.h"
#include "space.h"

/* A piece of a VMA of home. */
struct piece {
	unsigned long start, end;
	u32 file;
	unsigned long offset;
	bool special;
};

static bool piece_at(struct tessera_group *group, unsigned long address, struct piece *ret)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, address);
	if (vma) {
		ret->start = max(vma->vm_start, address);
		ret->end = vma->vm_end;
		ret->special = vma->vm_ops && vma->vm_ops->name;
		ret->file = vma->vm_file && !ret->special && !vma_is_anonymous(vma) ?
			tessera_files_number(group->files, vma) : 0;
		ret->offset = ret->file ?
			vma->vm_pgoff + ((ret->start - vma->vm_start) >> PAGE_SHIFT) : 0;
	}
	mmap_read_unlock(mm);
	return vma;
}

static bool same(const struct piece *piece, const struct state_vma *vma)
{
	if (piece->special || vma->flags & (STATE_VMA_VDSO | STATE_VMA_VVAR))
		return piece->special && vma->flags & (STATE_VMA_VDSO | STATE_VMA_VVAR);
	if (piece->file != vma->file)
		return false;
	return !vma->file ||
	       piece->offset == vma->offset + ((piece->start - vma->start) >> PAGE_SHIFT);
}

/* Unmap whatever of home is not in the list, or something else there. */
static int unmap_others(struct tessera_group *group, const struct state_vma *vmas, u32 count)
{
	unsigned long at = 0;
	struct piece piece;
	int ret = 0;
	u32 i = 0;

	while (!ret && piece_at(group, at, &piece)) {
		while (i < count && vmas[i].end <= piece.start)
			i++;
		if (i < count && vmas[i].start <= piece.start) {
			piece.end = min_t(u64, piece.end, vmas[i].end);
			if (same(&piece, &vmas[i])) {
				at = piece.end;
				continue;
			}
		} else if (i < count) {
			piece.end = min_t(u64, piece.end, vmas[i].start);
		}
		ret = vm_munmap(piece.start, piece.end - piece.start);
		at = piece.end;
	}
	return ret;
}

static int map_gap(struct tessera_group *group, const struct state_vma *vma,
		   unsigned long start, unsigned long end)
{
	unsigned long flags = MAP_FIXED_NOREPLACE, offset = 0, length = end - start, ret;
	int prot = tessera_space_prot(vma->flags);
	struct file *file = NULL;
	bool shared = false;

	if (vma->file) {
		file = tessera_files_get(group->files, vma->file, &shared);
		if (!file)
			return -EPROTO;
		offset = (vma->offset << PAGE_SHIFT) + (start - vma->start);
	} else {
		flags |= MAP_ANONYMOUS;
		if (vma->flags & STATE_VMA_GROWSDOWN)
			flags |= MAP_GROWSDOWN;
	}
	flags |= shared ? MAP_SHARED : MAP_PRIVATE;
	ret = vm_mmap(file, start, length, prot, flags, offset);
	/* As the mapping that it is part of, if it may: else it is there at least. */
	if (ret == -ENOMEM)
		ret = vm_mmap(file, start, length, prot, flags | MAP_NORESERVE, offset);
	return IS_ERR_VALUE(ret) ? (int)ret : 0;
}

static int map_gaps(struct tessera_group *group, const struct state_vma *vma)
{
	unsigned long at = vma->start;
	struct piece piece;
	int ret = 0;

	if (vma->flags & (STATE_VMA_VDSO | STATE_VMA_VVAR))
		return 0;
	while (at < vma->end && !ret) {
		if (!piece_at(group, at, &piece) || piece.start > vma->end)
			piece = (struct piece) { .start = vma->end, .end = vma->end };
		if (piece.start > at)
			ret = map_gap(group, vma, at, piece.start);
		at = piece.end;
	}
	return ret;
}

static int protect(unsigned long start, unsigned long end, int prot)
{
	struct pt_regs regs = { .di = start, .si = end - start, .dx = prot };

	return x64_sys_call(&regs, __NR_mprotect);
}

/* Protection and what fork does, where they are different. */
static int adjust(const struct state_vma *wanted)
{
	static const unsigned long prot_mask = VM_READ | VM_WRITE | VM_EXEC;
	unsigned long at = wanted->start;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int ret = 0;

	if (wanted->flags & (STATE_VMA_VDSO | STATE_VMA_VVAR))
		return 0;
	while (at < wanted->end && !ret) {
		unsigned long flags, end;

		mmap_read_lock(mm);
		vma = vma_lookup(mm, at);
		end = vma ? min_t(u64, vma->vm_end, wanted->end) : 0;
		flags = vma ? vma->vm_flags : 0;
		mmap_read_unlock(mm);
		if (!end)
			return -EFAULT;
		if ((flags & prot_mask) != (unsigned long)tessera_space_prot(wanted->flags))
			ret = protect(at, end, tessera_space_prot(wanted->flags));
		if (!ret)
			ret = tessera_space_advise(at, end, flags, wanted->flags);
		at = end;
	}
	return ret;
}

int tessera_space_reconcile(struct tessera_group *group, const struct state_vma *vmas, u32 count)
{
	int ret;
	u32 i;

	BUILD_BUG_ON(VM_READ != PROT_READ || VM_WRITE != PROT_WRITE || VM_EXEC != PROT_EXEC);
	ret = unmap_others(group, vmas, count);
	for (i = 0; i < count && !ret; i++)
		ret = map_gaps(group, &vmas[i]);
	for (i = 0; i < count && !ret; i++)
		ret = adjust(&vmas[i]);
	return ret;
}

static void drop(unsigned long start, unsigned long end)
{
	VMA_ITERATOR(vmi, current->mm, start);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	for_each_vma_range(vmi, vma, end) {
		unsigned long from = max(start, vma->vm_start);

		if (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_MAYSHARE))
			continue;
		zap_page_range_single(vma, from, min(end, vma->vm_end) - from, NULL);
	}
	mmap_read_unlock(mm);
}

void tessera_space_drop_stale(const struct state_chunk *chunk)
{
	DECLARE_BITMAP(true_ones, STATE_CHUNK_PAGES);
	unsigned int from, to;

	bitmap_or(true_ones, (unsigned long *)chunk->home, (unsigned long *)chunk->copied,
		  STATE_CHUNK_PAGES);
	for_each_clear_bitrange(from, to, true_ones, STATE_CHUNK_PAGES)
		drop(chunk->address + from * PAGE_SIZE, chunk->address + to * PAGE_SIZE);
}
