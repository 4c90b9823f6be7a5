// SPDX-License-Identifier: GPL-2.0
/* See files.h. */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

#include "files.h"
#include "image.h"
#include "state.h"

struct tessera_files {
	u32 count;
	struct {
		struct file *file;
		bool shared;
	} list[TESSERA_FILES_MAX];
};

struct tessera_files *tessera_files_create(void)
{
	return kvzalloc(sizeof(struct tessera_files), GFP_KERNEL_ACCOUNT);
}

void tessera_files_destroy(struct tessera_files *files)
{
	u32 i;

	if (!files)
		return;
	for (i = 0; i < files->count; i++) {
		if (files->list[i].file)
			fput(files->list[i].file);
	}
	kvfree(files);
}

u32 tessera_files_number(struct tessera_files *files, struct vm_area_struct *vma)
{
	/* VM_SHARED is not set where nobody may write. */
	bool shared = vma->vm_flags & VM_MAYSHARE;
	u32 i;

	for (i = 0; i < files->count; i++) {
		if (files->list[i].file == vma->vm_file && files->list[i].shared == shared)
			return i + 1;
	}
	if (files->count == TESSERA_FILES_MAX)
		return 0;
	files->list[i].file = get_file(vma->vm_file);
	files->list[i].shared = shared;
	return ++files->count;
}

struct file *tessera_files_get(struct tessera_files *files, u32 number, bool *ret_shared)
{
	if (!files || !number || number > files->count)
		return NULL;
	*ret_shared = files->list[number - 1].shared;
	return files->list[number - 1].file;
}

u32 tessera_files_on_image(const struct tessera_files *files, struct state_file *ret)
{
	u32 n = 0, i;

	for (i = 0; i < files->count; i++) {
		u32 inode = tessera_image_number(files->list[i].file);

		if (!inode)
			continue;
		ret[n++] = (struct state_file) {
			.file = i + 1,
			.inode = inode,
			.size = i_size_read(file_inode(files->list[i].file)),
			.shared = files->list[i].shared,
		};
	}
	return n;
}

int tessera_files_open(struct tessera_files *files, const struct state_file *list, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		u32 number = list[i].file;
		struct file *file;

		if (!number || number > TESSERA_FILES_MAX || files->list[number - 1].file)
			return -EPROTO;
		file = tessera_image_open(list[i].inode, list[i].size);
		if (IS_ERR(file))
			continue;
		files->list[number - 1].file = file;
		files->list[number - 1].shared = list[i].shared;
		files->count = max(files->count, number);
	}
	return 0;
}

/* Private memory without content: what is missing comes from home, or is zero. */
static int stand_in_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return -EINVAL;
	vma_set_anonymous(vma);
	return 0;
}

static const struct file_operations stand_in_fops = {
	.mmap = stand_in_mmap,
};

struct file *tessera_files_stand_in(u32 number)
{
	struct file *base, *file;

	base = shmem_kernel_file_setup("tessera", 0, 0);
	if (IS_ERR(base))
		return base;
	file = alloc_file_clone(base, O_RDONLY, &stand_in_fops);
	if (!IS_ERR(file))
		file->private_data = (void *)(unsigned long)number;
	fput(base);
	return file;
}

u32 tessera_files_stands_for(const struct tessera_files *files,
			     const struct vm_area_struct *vma)
{
	u32 i;

	if (!vma->vm_file)
		return 0;
	if (vma->vm_file->f_op == &stand_in_fops)
		return (unsigned long)vma->vm_file->private_data;
	for (i = 0; i < files->count; i++) {
		if (files->list[i].file == vma->vm_file)
			return i + 1;
	}
	return 0;
}
