// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of an address space, see space.h: telling and making it. What
 * happens at home when it comes back is in reconcile.c.
 */
#include <linux/auxvec.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pagewalk.h>
#include <linux/sched/coredump.h>
#include <linux/slab.h>

#include "cpu.h"
#include "files.h"
#include "group.h"
#include "image.h"
#include "memory.h"
#include "space.h"

static const struct {
	unsigned long vm;
	u32 state;
} flag_map[] = {
	{ VM_READ,		STATE_VMA_READ },
	{ VM_WRITE,		STATE_VMA_WRITE },
	{ VM_EXEC,		STATE_VMA_EXEC },
	{ VM_GROWSDOWN,		STATE_VMA_GROWSDOWN },
	{ VM_DONTCOPY,		STATE_VMA_DONTFORK },
	{ VM_WIPEONFORK,	STATE_VMA_WIPEONFORK },
	{ VM_DONTDUMP,		STATE_VMA_DONTDUMP },
};

static u32 flags_of(struct vm_area_struct *vma)
{
	const char *name = vma->vm_ops && vma->vm_ops->name ? vma->vm_ops->name(vma) : NULL;
	u32 flags = 0;
	unsigned int i;

	if (name && !strcmp(name, "[vdso]"))
		return STATE_VMA_VDSO;
	if (name && !strcmp(name, "[vvar]"))
		return STATE_VMA_VVAR;
	for (i = 0; i < ARRAY_SIZE(flag_map); i++) {
		if (vma->vm_flags & flag_map[i].vm)
			flags |= flag_map[i].state;
	}
	return flags;
}

static u32 file_of(struct tessera_group *group, struct vm_area_struct *vma)
{
	/* A private /dev/zero is as good as no file. */
	if (!vma->vm_file || (!group->guest && vma_is_anonymous(vma)))
		return 0;
	return group->guest ? tessera_files_stands_for(group->files, vma) :
			      tessera_files_number(group->files, vma);
}

/* Nothing in it was ever written to: the host may take its own file's pages. */
static bool like_image(struct tessera_group *group, struct vm_area_struct *vma)
{
	return !group->guest && vma->vm_file && !vma->anon_vma &&
	       !(vma->vm_flags & (VM_SHARED | VM_WRITE)) &&
	       tessera_image_same(tessera_link_hello(group->link)) &&
	       tessera_image_number(vma->vm_file);
}

/* False: it is of a file too many. */
static bool describe(struct tessera_group *group, struct vm_area_struct *vma,
		     struct state_vma *ret)
{
	ret->start = vma->vm_start;
	ret->end = vma->vm_end;
	ret->flags = flags_of(vma);
	if (ret->flags & (STATE_VMA_VDSO | STATE_VMA_VVAR))
		return true;
	ret->file = file_of(group, vma);
	/* It must not arrive as memory that is nobody's. */
	if (!group->guest && vma->vm_file && !vma_is_anonymous(vma) && !ret->file)
		return false;
	ret->offset = ret->file ? vma->vm_pgoff : 0;
	if (like_image(group, vma))
		ret->flags |= STATE_VMA_IMAGE;
	return true;
}

struct state_vma *tessera_space_list(struct tessera_group *group, u32 *ret_count)
{
	VMA_ITERATOR(vmi, current->mm, 0);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	struct state_vma *list;
	bool fits = true;
	u32 n = 0;

	list = kvcalloc(TESSERA_VMAS_MAX, sizeof(*list), GFP_KERNEL);
	if (!list)
		return ERR_PTR(-ENOMEM);
	mmap_read_lock(mm);
	for_each_vma(vmi, vma) {
		fits = n < TESSERA_VMAS_MAX && describe(group, vma, &list[n]);
		if (!fits)
			break;
		n++;
	}
	mmap_read_unlock(mm);
	if (!fits) {
		kvfree(list);
		return ERR_PTR(-E2BIG);
	}
	*ret_count = n;
	return list;
}

bool tessera_space_valid(struct tessera_group *group, const struct state_vma *vmas, u32 count)
{
	u64 last = PAGE_SIZE;
	bool shared;
	u32 i;

	for (i = 0; i < count; i++) {
		const struct state_vma *vma = &vmas[i];

		if (vma->start < last || vma->end <= vma->start || vma->end > TASK_SIZE_MAX ||
		    (vma->start | vma->end) & ~PAGE_MASK || vma->flags & ~STATE_VMA_FLAGS)
			return false;
		if (vma->offset > ULONG_MAX >> (PAGE_SHIFT + 1))
			return false;
		if (vma->file && (group->guest ? vma->file > TESSERA_FILES_MAX :
		    !tessera_files_get(group->files, vma->file, &shared)))
			return false;
		last = vma->end;
	}
	return true;
}

int tessera_space_prot(u32 flags)
{
	return (flags & STATE_VMA_READ ? PROT_READ : 0) |
	       (flags & STATE_VMA_WRITE ? PROT_WRITE : 0) |
	       (flags & STATE_VMA_EXEC ? PROT_EXEC : 0);
}

int tessera_space_advise(unsigned long start, unsigned long end, unsigned long is, u32 wanted)
{
	static const struct {
		unsigned long vm;
		u32 state;
		int on, off;
	} advice[] = {
		{ VM_DONTCOPY, STATE_VMA_DONTFORK, MADV_DONTFORK, MADV_DOFORK },
		{ VM_WIPEONFORK, STATE_VMA_WIPEONFORK, MADV_WIPEONFORK, MADV_KEEPONFORK },
		{ VM_DONTDUMP, STATE_VMA_DONTDUMP, MADV_DONTDUMP, MADV_DODUMP },
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(advice) && !ret; i++) {
		if (!(is & advice[i].vm) != !(wanted & advice[i].state))
			ret = do_madvise(current->mm, start, end - start,
					 wanted & advice[i].state ? advice[i].on : advice[i].off);
	}
	return ret;
}

static int map_one(struct file *file, bool shared, const struct state_vma *vma)
{
	unsigned long flags = MAP_FIXED_NOREPLACE | MAP_NORESERVE, ret;

	flags |= shared ? MAP_SHARED : MAP_PRIVATE;
	if (!file)
		flags |= MAP_ANONYMOUS;
	if (vma->flags & STATE_VMA_GROWSDOWN && !file)
		flags |= MAP_GROWSDOWN;
	ret = vm_mmap(file, vma->start, vma->end - vma->start, tessera_space_prot(vma->flags),
		      flags, vma->offset << PAGE_SHIFT);
	if (IS_ERR_VALUE(ret))
		return ret;
	return tessera_space_advise(vma->start, vma->end, 0, vma->flags);
}

/* From the image that is here, too: none of its pages has to come from home. */
static int map_image(struct tessera_group *group, const struct state_vma *vma, struct file *file,
		     bool shared)
{
	int ret = map_one(file, shared, vma);

	if (!ret)
		tessera_memory_forget(group->memory, vma->start, vma->end);
	return ret;
}

/* One file for each number: their mappings can then be merged as at home. */
static int build_one(struct tessera_group *group, const struct state_vma *vma,
		     struct file **files)
{
	struct file *own = NULL;
	bool shared;

	if (vma->flags & (STATE_VMA_VVAR | STATE_VMA_VDSO)) {
		/* This node's: nothing of it comes from home. */
		tessera_memory_forget(group->memory, vma->start, vma->end);
		/* The code comes with its data. */
		return vma->flags & STATE_VMA_VVAR ? tessera_cpu_map_vdso(vma->start) : 0;
	}
	if (!vma->file)
		return map_one(NULL, false, vma);
	if (vma->flags & STATE_VMA_IMAGE)
		own = tessera_files_get(group->files, vma->file, &shared);
	if (own)
		return map_image(group, vma, own, shared);
	if (!files[vma->file]) {
		struct file *file = tessera_files_stand_in(vma->file);

		if (IS_ERR(file))
			return PTR_ERR(file);
		files[vma->file] = file;
	}
	return map_one(files[vma->file], false, vma);
}

/* A huge page would come into being full of zeros, over pages that are at home. */
static void forbid_huge_pages(struct mm_struct *mm)
{
	mmap_write_lock(mm);
	set_bit(MMF_DISABLE_THP, &mm->flags);
	mmap_write_unlock(mm);
}

int tessera_space_build(struct tessera_group *group, const struct state_vma *vmas, u32 count)
{
	struct file **files;
	int ret;
	u32 i;

	files = kvcalloc(TESSERA_FILES_MAX + 1, sizeof(*files), GFP_KERNEL);
	if (!files)
		return -ENOMEM;
	forbid_huge_pages(current->mm);
	ret = vm_munmap(0, TASK_SIZE);
	for (i = 0; i < count && !ret; i++)
		ret = build_one(group, &vmas[i], files);
	for (i = 0; i <= TESSERA_FILES_MAX; i++) {
		if (files[i])
			fput(files[i]);
	}
	kvfree(files);
	return ret;
}

void tessera_space_save(struct state_process *process)
{
	struct mm_struct *mm = current->mm;

	BUILD_BUG_ON(sizeof(mm->saved_auxv) > sizeof(process->auxv));
	process->start_code = mm->start_code;
	process->end_code = mm->end_code;
	process->start_data = mm->start_data;
	process->end_data = mm->end_data;
	process->start_brk = mm->start_brk;
	process->brk = mm->brk;
	process->start_stack = mm->start_stack;
	process->mmap_base = mm->mmap_base;
	process->arg_start = mm->arg_start;
	process->arg_end = mm->arg_end;
	process->env_start = mm->env_start;
	process->env_end = mm->env_end;
	memcpy(process->auxv, mm->saved_auxv, sizeof(mm->saved_auxv));
}

void tessera_space_load(const struct state_process *process)
{
	struct mm_struct *mm = current->mm;

	mmap_write_lock(mm);
	mm->start_code = process->start_code;
	mm->end_code = process->end_code;
	mm->start_data = process->start_data;
	mm->end_data = process->end_data;
	mm->start_brk = process->start_brk;
	mm->brk = process->brk;
	mm->start_stack = process->start_stack;
	mm->mmap_base = process->mmap_base;
	mm->arg_start = process->arg_start;
	mm->arg_end = process->arg_end;
	mm->env_start = process->env_start;
	mm->env_end = process->env_end;
	memcpy(mm->saved_auxv, process->auxv, sizeof(mm->saved_auxv));
	/* Who reads it looks for its end. */
	mm->saved_auxv[AT_VECTOR_SIZE - 2] = AT_NULL;
	mm->saved_auxv[AT_VECTOR_SIZE - 1] = 0;
	mmap_write_unlock(mm);
}

/* --- which addresses have page tables --- */

static int add_chunk(struct tessera_memory *memory, unsigned long address)
{
	int ret = tessera_memory_add(memory, address & ~((1UL << TESSERA_CHUNK_SHIFT) - 1));

	return ret == -EBUSY ? 0 : ret;	/* of the mapping before it */
}

static int see_pmd(pmd_t *pmd, unsigned long address, unsigned long end, struct mm_walk *walk)
{
	if (pmd_none(pmdp_get_lockless(pmd)))
		return 0;
	return add_chunk(walk->private, address);
}

static const struct mm_walk_ops see_ops = {
	.pmd_entry	= see_pmd,
	.walk_lock	= PGWALK_RDLOCK,
};

/* A file's pages are there whether it has page tables or not. */
static int chunks_of(struct tessera_memory *memory, struct vm_area_struct *vma)
{
	unsigned long address = vma->vm_start;
	int ret = 0;

	if (vma->vm_flags & (VM_IO | VM_PFNMAP) || flags_of(vma) & STATE_VMA_VDSO)
		return 0;
	if (vma_is_anonymous(vma))
		return walk_page_range(vma->vm_mm, vma->vm_start, vma->vm_end, &see_ops, memory);
	while (address < vma->vm_end && !ret) {
		ret = add_chunk(memory, address);
		address = (address | ((1UL << TESSERA_CHUNK_SHIFT) - 1)) + 1;
	}
	return ret;
}

int tessera_space_chunks(struct tessera_group *group)
{
	VMA_ITERATOR(vmi, current->mm, 0);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int ret = 0;

	mmap_read_lock(mm);
	for_each_vma(vmi, vma) {
		ret = chunks_of(group->memory, vma);
		if (ret)
			break;
	}
	mmap_read_unlock(mm);
	return ret;
}
