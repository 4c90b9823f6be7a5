// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/hpc, the cluster as openMosix's tools knew it: admin/version, and a
 * directory for each node with a file for each of its values.
 *
 * The directories of the nodes have no life of their own. They are looked up in
 * the node table each time, remember nothing but the number, and say ENOENT
 * once the node is gone: nothing to remove, nobody to wait for.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/minmax.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <uapi/linux/tessera.h>

#include "admin.h"
#include "device.h"
#include "nodes.h"
#include "proc.h"

/* Inode numbers below those that proc gives to its entries. */
#define INO_BASE	0xe0000000UL
#define VALUES_MAX	16

static const char * const status_names[] = {
	[TESSERA_STATUS_UP]		= "up",
	[TESSERA_STATUS_SUSPECT]	= "suspect",
	[TESSERA_STATUS_DOWN]		= "down",
};

static void show_load(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%u\n", node->load);
}

static void show_speed(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%u\n", node->speed);
}

static void show_cpus(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%u\n", node->cpus);
}

static void show_mem(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%llu\n", node->mem);
}

static void show_rmem(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%llu\n", node->rmem);
}

static void show_status(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%s\n", status_names[node->status]);
}

/* In per cent, as openMosix had it. */
static void show_util(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%u\n", (node->util + 5) / 10);
}

static void show_guests(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%u\n", node->guests);
}

static void show_pressure(struct seq_file *seq, const struct tessera_node *node)
{
	seq_printf(seq, "%u\n", (node->pressure + 5) / 10);
}

static void show_age(struct seq_file *seq, const struct tessera_node *node)
{
	s64 age = ktime_get_boottime_seconds() - node->measured;

	if (node->measured)
		seq_printf(seq, "%lld\n", max(age, 0LL));
	else
		seq_puts(seq, "-1\n");
}

static const struct value {
	const char *name;
	void (*show)(struct seq_file *seq, const struct tessera_node *node);
} values[] = {
	{ "load",	show_load },
	{ "speed",	show_speed },
	{ "cpus",	show_cpus },
	{ "mem",	show_mem },
	{ "rmem",	show_rmem },
	{ "status",	show_status },
	{ "util",	show_util },
	{ "guests",	show_guests },
	{ "pressure",	show_pressure },
	{ "age",	show_age },
};

/* An inode's i_private: the node's number, and 1 + the index of the value. */
static unsigned long key_of(u16 number, unsigned int value)
{
	BUILD_BUG_ON(ARRAY_SIZE(values) >= VALUES_MAX);
	return number * VALUES_MAX + value;
}

static u16 key_number(const struct inode *inode)
{
	return (unsigned long)inode->i_private / VALUES_MAX;
}

static int value_show(struct seq_file *seq, void *unused)
{
	unsigned long key = (unsigned long)seq->private;
	struct tessera_node node;

	if (!tessera_nodes_get(key / VALUES_MAX, &node))
		return -ENOENT;
	values[key % VALUES_MAX - 1].show(seq, &node);
	return 0;
}

static int value_open(struct inode *inode, struct file *file)
{
	return single_open(file, value_show, inode->i_private);
}

static const struct file_operations value_fops = {
	.open		= value_open,
	.read_iter	= seq_read_iter,
	.llseek		= seq_lseek,
	.release	= single_release,
};

static int node_revalidate(struct dentry *dentry, unsigned int flags)
{
	const struct inode *inode = d_inode_rcu(dentry);
	struct tessera_node node;

	return inode && tessera_nodes_get(key_number(inode), &node);
}

static const struct dentry_operations node_dops = {
	.d_revalidate	= node_revalidate,
	.d_delete	= always_delete_dentry,
};

static int node_setattr(struct mnt_idmap *idmap, struct dentry *dentry,
			struct iattr *attr)
{
	return -EPERM;
}

static const struct inode_operations value_iops = {
	.setattr	= node_setattr,
};

static struct dentry *node_attach(struct dentry *dentry, struct super_block *sb,
				  umode_t mode, unsigned long key,
				  const struct inode_operations *iops,
				  const struct file_operations *fops)
{
	struct inode *inode;

	inode = new_inode(sb);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_ino = INO_BASE + key;
	inode->i_mode = mode;
	inode->i_op = iops;
	inode->i_fop = fops;
	inode->i_private = (void *)key;
	simple_inode_init_ts(inode);
	if (S_ISDIR(mode))
		set_nlink(inode, 2);
	d_set_d_op(dentry, &node_dops);
	return d_splice_alias(inode, dentry);
}

/* nodes/N */
static struct dentry *node_lookup(struct inode *dir, struct dentry *dentry,
				  unsigned int flags)
{
	u16 number = key_number(dir);
	struct tessera_node node;
	unsigned int i;

	if (!tessera_nodes_get(number, &node))
		return ERR_PTR(-ENOENT);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (!strcmp(dentry->d_name.name, values[i].name))
			return node_attach(dentry, dir->i_sb, S_IFREG | 0444,
					   key_of(number, i + 1), &value_iops,
					   &value_fops);
	}
	return ERR_PTR(-ENOENT);
}

static int node_iterate(struct file *file, struct dir_context *ctx)
{
	u16 number = key_number(file_inode(file));
	struct tessera_node node;

	if (!tessera_nodes_get(number, &node))
		return -ENOENT;
	if (!dir_emit_dots(file, ctx))
		return 0;
	for (; ctx->pos - 2 < ARRAY_SIZE(values); ctx->pos++) {
		unsigned int i = ctx->pos - 2;

		if (!dir_emit(ctx, values[i].name, strlen(values[i].name),
			      INO_BASE + key_of(number, i + 1), DT_REG))
			break;
	}
	return 0;
}

static const struct inode_operations node_iops = {
	.lookup		= node_lookup,
	.setattr	= node_setattr,
};

static const struct file_operations node_fops = {
	.read		= generic_read_dir,
	.iterate_shared	= node_iterate,
	.llseek		= generic_file_llseek,
};

/* nodes */
static struct dentry *nodes_lookup(struct inode *dir, struct dentry *dentry,
				   unsigned int flags)
{
	struct tessera_node node;
	char canonical[8];
	u16 number;

	if (kstrtou16(dentry->d_name.name, 10, &number))
		return ERR_PTR(-ENOENT);
	/* One name for each node: neither 01 nor +1. */
	snprintf(canonical, sizeof(canonical), "%u", number);
	if (strcmp(dentry->d_name.name, canonical) ||
	    !tessera_nodes_get(number, &node))
		return ERR_PTR(-ENOENT);
	return node_attach(dentry, dir->i_sb, S_IFDIR | 0555,
			   key_of(number, 0), &node_iops, &node_fops);
}

/* The position of a node is its number + 1, whatever else comes and goes. */
static int nodes_iterate(struct file *file, struct dir_context *ctx)
{
	char name[8];
	u16 number;
	int len;

	if (!dir_emit_dots(file, ctx))
		return 0;
	while (ctx->pos <= U16_MAX + 1) {
		number = tessera_nodes_next(ctx->pos - 1);
		if (!number)
			break;
		ctx->pos = number + 1;
		len = snprintf(name, sizeof(name), "%u", number);
		if (!dir_emit(ctx, name, len, INO_BASE + key_of(number, 0),
			      DT_DIR))
			break;
		ctx->pos++;
	}
	return 0;
}

static const struct inode_operations nodes_iops = {
	.lookup		= nodes_lookup,
	.setattr	= node_setattr,
};

static const struct file_operations nodes_fops = {
	.read		= generic_read_dir,
	.iterate_shared	= nodes_iterate,
	.llseek		= generic_file_llseek,
};

/* admin/version */
static int version_show(struct seq_file *seq, void *unused)
{
	struct tessera_version version;

	tessera_version_get(&version);
	seq_printf(seq, "abi %u\nrelease %s\nbuild-id %*phN\n", version.abi,
		   version.release, (int)version.build_id_len,
		   version.build_id);
	return 0;
}

int __init tessera_proc_init(void)
{
	if (!proc_mkdir("hpc", NULL) || tessera_admin_init() ||
	    !proc_create_single("hpc/admin/version", 0444, NULL, version_show) ||
	    !proc_mkdir_ops("hpc/nodes", NULL, &nodes_iops, &nodes_fops)) {
		tessera_proc_uninit();
		return -ENOMEM;
	}
	return 0;
}

void __init tessera_proc_uninit(void)
{
	remove_proc_subtree("hpc", NULL);
}
