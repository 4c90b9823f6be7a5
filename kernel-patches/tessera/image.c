// SPDX-License-Identifier: GPL-2.0
/* See image.h. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/exportfs.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/string.h>
#include <uapi/linux/tessera.h>

#include "frame.h"
#include "image.h"

/* Set once, and never again until the next boot: readers need no lock. */
static DEFINE_MUTEX(image_lock);
static bool image_set;
static struct path image;
static u8 image_id[TESSERA_IMAGE_ID_SIZE];

static int usable(const struct path *path)
{
	const struct super_block *sb = path->mnt->mnt_sb;

	if (path->dentry != sb->s_root || !sb_rdonly(sb) || !sb->s_bdev)
		return -EINVAL;
	return sb->s_export_op && sb->s_export_op->fh_to_dentry ? 0 : -EOPNOTSUPP;
}

static int set(const struct path *path, const u8 *id)
{
	int ret;

	lockdep_assert_held(&image_lock);
	if (image_set)
		return memcmp(image_id, id, sizeof(image_id)) ? -EBUSY : 0;
	ret = usable(path);
	if (ret)
		return ret;
	BUILD_BUG_ON(sizeof(image_id) != sizeof_field(struct frame_hello, image));
	memcpy(image_id, id, sizeof(image_id));
	image = *path;
	path_get(&image);
	/* Pairs with known(): who sees it set sees the rest. */
	smp_store_release(&image_set, true);
	return 0;
}

int tessera_image_set(const struct tessera_image_request *request)
{
	struct file *file;
	int ret;

	if (request->reserved || !memchr_inv(request->id, 0, sizeof(request->id)))
		return -EINVAL;
	file = fget_raw(request->fd);
	if (!file)
		return -EBADF;
	mutex_lock(&image_lock);
	ret = set(&file->f_path, request->id);
	mutex_unlock(&image_lock);
	fput(file);
	return ret;
}

static bool known(void)
{
	/* Pairs with set(). */
	return smp_load_acquire(&image_set);
}

void tessera_image_tell(struct frame_hello *hello)
{
	if (known())
		memcpy(hello->image, image_id, sizeof(hello->image));
}

bool tessera_image_same(const struct frame_hello *hello)
{
	return known() && !memcmp(hello->image, image_id, sizeof(image_id));
}

/* A guest has no user here: it may see what everybody may. */
static bool public(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) && inode->i_mode & 0004;
}

u32 tessera_image_number(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (!known() || inode->i_sb != image.mnt->mnt_sb || !public(inode))
		return 0;
	return inode->i_ino <= U32_MAX ? inode->i_ino : 0;
}

static int any(void *context, struct dentry *dentry)
{
	return 1;
}

struct file *tessera_image_open(u32 number, u64 size)
{
	struct fid fid = { .i32 = { .ino = number } };
	struct path path = { };
	struct file *file;

	if (!known())
		return ERR_PTR(-ENOENT);
	path.mnt = image.mnt;
	path.dentry = exportfs_decode_fh(image.mnt, &fid, 2, FILEID_INO32_GEN, any, NULL);
	if (IS_ERR_OR_NULL(path.dentry))
		return path.dentry ? ERR_CAST(path.dentry) : ERR_PTR(-ESTALE);
	if (!public(d_inode(path.dentry)) || i_size_read(d_inode(path.dentry)) != size)
		file = ERR_PTR(-ESTALE);
	else
		file = dentry_open(&path, O_RDONLY | O_LARGEFILE, current_cred());
	dput(path.dentry);
	return file;
}
