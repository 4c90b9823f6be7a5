// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/PID/{where,goto,nmigs,cantmove,lock}, as openMosix had them:
 *
 *	where		the node it runs on, 0 at home
 *	goto		write a node's number, 0 for home: it goes there, and the
 *			write ends when it is there, or says why not. "3 v2": and
 *			it uses no instructions above x86-64-v2, from now on
 *	nmigs		how often it left home
 *	cantmove	why it cannot move, or did not the last time; else empty
 *	lock		1: it stays where it is
 */
#include <linux/fs.h>
#include <linux/capability.h>
#include <linux/proc_fs.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/tessera.h>
#include <linux/uaccess.h>

#include "../../fs/proc/internal.h"

#include "cpu.h"
#include "group.h"
#include "process.h"

static struct task_struct *task_of(const struct file *file)
{
	return get_pid_task(proc_pid(file_inode(file)), PIDTYPE_TGID);
}

int tessera_proc_where(struct seq_file *seq, struct pid_namespace *ns, struct pid *pid,
		       struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	struct tessera_group *group = mm ? tessera_process_group(mm) : NULL;
	unsigned int node = 0;

	if (group && !group->guest && READ_ONCE(group->state) >= GROUP_AWAY &&
	    READ_ONCE(group->state) != GROUP_ABORTED)
		node = tessera_link_node(group->link);
	seq_printf(seq, "%u\n", node);
	tessera_group_put(group);
	if (mm)
		mmput(mm);
	return 0;
}

int tessera_proc_nmigs(struct seq_file *seq, struct pid_namespace *ns, struct pid *pid,
		       struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	struct tessera_mm *process = mm ? READ_ONCE(mm->tessera) : NULL;

	seq_printf(seq, "%d\n", process ? atomic_read(&process->moves) : 0);
	if (mm)
		mmput(mm);
	return 0;
}

/* Known only by trying; what tessera_check() finds it finds anew each time. */
static bool was_tried(enum tessera_reason reason)
{
	return reason >= TESSERA_REASON_NO_NODE || reason == TESSERA_REASON_CPU_FEATURE ||
	       reason == TESSERA_REASON_BUSY || reason == TESSERA_REASON_VMAS ||
	       reason == TESSERA_REASON_32_BIT;
}

int tessera_proc_cantmove(struct seq_file *seq, struct pid_namespace *ns, struct pid *pid,
			  struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	struct tessera_group *group = mm ? tessera_process_group(mm) : NULL;
	struct tessera_mm *process = mm ? READ_ONCE(mm->tessera) : NULL;
	enum tessera_reason reason = TESSERA_REASON_NONE;

	if (group && group->guest)
		reason = TESSERA_REASON_GUEST;
	else if (!group)
		reason = tessera_check(task);
	else if (process && process->locked)
		reason = TESSERA_REASON_LOCK;
	if (!reason && process && was_tried(process->reason))
		reason = process->reason;
	if (reason)
		seq_printf(seq, "%s\n", tessera_reason_text(reason));
	tessera_group_put(group);
	if (mm)
		mmput(mm);
	return 0;
}

/* Who has opened its file might open it again: it may have become another user's since. */
static bool still_his(const struct file *file, struct task_struct *task)
{
	kuid_t uid;
	kgid_t gid;

	task_dump_owner(task, file_inode(file)->i_mode, &uid, &gid);
	return uid_eq(file->f_cred->fsuid, uid) ||
	       file_ns_capable(file, &init_user_ns, CAP_DAC_OVERRIDE);
}

/* "NODE" or "NODE vLEVEL" */
static int parse_goto(const char __user *buf, size_t len, u16 *ret_node, u8 *ret_level)
{
	char text[16], *level = text;
	int ret;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, len))
		return -EFAULT;
	text[len] = '\0';
	strsep(&level, " ");
	ret = kstrtou16(text, 10, ret_node);
	*ret_level = 0;
	if (ret || !level)
		return ret;
	if (*level != 'v')
		return -EINVAL;
	ret = kstrtou8(level + 1, 10, ret_level);
	return ret ?: *ret_level >= 1 && *ret_level <= TESSERA_CPU_LEVELS ? 0 : -EINVAL;
}

static ssize_t goto_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct task_struct *task;
	u16 node;
	u8 level;
	int ret;

	ret = parse_goto(buf, len, &node, &level);
	if (ret)
		return ret;
	task = task_of(file);
	if (!task)
		return -ESRCH;
	/* It cannot wait for itself to stand still. */
	if (!still_his(file, task))
		ret = -EPERM;
	else if (same_thread_group(task, current))
		ret = tessera_process_move_later(task, node, level);
	else
		ret = tessera_process_move(task, node, level);
	put_task_struct(task);
	return ret ?: len;
}

static ssize_t goto_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	return 0;
}

const struct file_operations tessera_proc_goto = {
	.read	= goto_read,
	.write	= goto_write,
	.llseek	= generic_file_llseek,
};

/* A guest is its home's to lock. */
static int lock(struct mm_struct *mm, bool locked)
{
	struct tessera_group *group = tessera_process_group(mm);
	bool guest = group && group->guest;
	struct tessera_mm *process;

	tessera_group_put(group);
	if (guest)
		return -EPERM;
	process = tessera_process_get(mm);
	if (!process)
		return -ENOMEM;
	WRITE_ONCE(process->locked, locked);
	return 0;
}

static ssize_t lock_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct task_struct *task;
	struct mm_struct *mm;
	u8 locked;
	int ret;

	ret = kstrtou8_from_user(buf, len, 10, &locked);
	if (ret)
		return ret;
	if (locked > 1)
		return -EINVAL;
	task = task_of(file);
	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	ret = !still_his(file, task) ? -EPERM : mm ? lock(mm, locked) : -ESRCH;
	if (mm)
		mmput(mm);
	put_task_struct(task);
	return ret ?: len;
}

static ssize_t lock_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct task_struct *task = task_of(file);
	struct mm_struct *mm = task ? get_task_mm(task) : NULL;
	struct tessera_mm *process = mm ? READ_ONCE(mm->tessera) : NULL;
	char text[] = { process && process->locked ? '1' : '0', '\n' };

	if (mm)
		mmput(mm);
	if (!task)
		return -ESRCH;
	put_task_struct(task);
	return simple_read_from_buffer(buf, len, pos, text, sizeof(text));
}

const struct file_operations tessera_proc_lock = {
	.read	= lock_read,
	.write	= lock_write,
	.llseek	= generic_file_llseek,
};
