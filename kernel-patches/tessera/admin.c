// SPDX-License-Identifier: GPL-2.0
/*
 * What root does to the whole node, as openMosix had it:
 *
 *	admin/block	1: no guests are taken, 0: they are
 *	admin/stay	1: the agent moves none of our own by itself
 *	admin/lstay	1: none that is at home; who is away may come
 *	admin/quiet	1: this node takes no part in balancing at all
 *	admin/speed	of one CPU; 0: as the agent measures it
 *	admin/decay	seconds of the past in the load; 0: as the agent has it
 *	admin/expel	write 1: all guests go home; ends when they have
 *	admin/bring	write 1: all our own come home; ends when they have
 *	guests		a line for each: PID, its home, its PID there, its name
 */
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "admin.h"
#include "deputy.h"
#include "group.h"
#include "guest.h"

#define WITHIN	(60 * HZ)

static bool block;
/* The agent asks for these when it decides; what is moved by hand moves. */
static bool stay, lstay, quiet;
static unsigned int speed, decay;

#define SPEED_MOST	1000000
#define DECAY_MOST	60

bool tessera_blocked(void)
{
	return READ_ONCE(block);
}

static void ask_all(bool guest)
{
	struct tessera_group *group = NULL;

	while ((group = tessera_group_next(group, guest))) {
		if (guest)
			tessera_guest_recall(group);
		/* The host parks it; home keeps it awake, if it is stopped. */
		tessera_channel_send(&group->channel, TESSERA_FRAME_RECALL, 0, NULL, 0);
		if (!guest)
			tessera_home_wake(group);
	}
}

/* All of a kind are asked, and then waited for. */
static int recall_all(bool guest)
{
	struct tessera_group *group;
	long left = WITHIN;

	ask_all(guest);
	while (left > 0 && (group = tessera_group_next(NULL, guest))) {
		long turn = min_t(long, left, HZ);
		long rest = wait_event_killable_timeout(group->wait,
							list_empty_careful(&group->entry), turn);

		tessera_group_put(group);
		if (rest < 0)
			return -EINTR;
		left -= turn - rest;
		/* Who was on its way when all were asked was not asked. */
		if (!rest)
			ask_all(guest);
	}
	return left > 0 ? 0 : -ETIMEDOUT;
}

static int expel(void)
{
	return recall_all(true);
}

static int bring(void)
{
	return recall_all(false);
}

struct knob {
	const char *name;
	bool *flag;			/* or: */
	unsigned int *number, most;	/* or it reads as empty, and 1 does: */
	int (*act)(void);
};

static const struct knob knobs[] = {
	{ "hpc/admin/block", .flag = &block },
	{ "hpc/admin/stay", .flag = &stay },
	{ "hpc/admin/lstay", .flag = &lstay },
	{ "hpc/admin/quiet", .flag = &quiet },
	{ "hpc/admin/speed", .number = &speed, .most = SPEED_MOST },
	{ "hpc/admin/decay", .number = &decay, .most = DECAY_MOST },
	{ "hpc/admin/expel", .act = expel },
	{ "hpc/admin/bring", .act = bring },
};

static int knob_show(struct seq_file *seq, void *unused)
{
	const struct knob *knob = seq->private;

	if (knob->flag)
		seq_printf(seq, "%d\n", READ_ONCE(*knob->flag));
	else if (knob->number)
		seq_printf(seq, "%u\n", READ_ONCE(*knob->number));
	return 0;
}

static int knob_open(struct inode *inode, struct file *file)
{
	return single_open(file, knob_show, pde_data(inode));
}

static int number_write(const struct knob *knob, const char __user *buf, size_t len)
{
	unsigned int value;
	int ret;

	ret = kstrtouint_from_user(buf, len, 10, &value);
	if (!ret && value > knob->most)
		ret = -ERANGE;
	if (!ret)
		WRITE_ONCE(*knob->number, value);
	return ret;
}

static ssize_t knob_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	const struct knob *knob = pde_data(file_inode(file));
	bool value;
	int ret;

	if (knob->number)
		return number_write(knob, buf, len) ?: len;
	ret = kstrtobool_from_user(buf, len, &value);
	if (ret)
		return ret;
	if (knob->flag)
		WRITE_ONCE(*knob->flag, value);
	else
		ret = value ? knob->act() : -EINVAL;
	return ret ?: len;
}

static const struct proc_ops knob_ops = {
	.proc_open	= knob_open,
	.proc_read_iter	= seq_read_iter,
	.proc_write	= knob_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static int guests_show(struct seq_file *seq, void *unused)
{
	struct tessera_group *group = NULL;

	while ((group = tessera_group_next(group, true)))
		seq_printf(seq, "%d %u %d %s\n", group->pid, tessera_link_node(group->link),
			   group->home_pid, group->comm);
	return 0;
}

int __init tessera_admin_init(void)
{
	unsigned int i;

	if (!proc_mkdir("hpc/admin", NULL) ||
	    !proc_create_single("hpc/guests", 0444, NULL, guests_show))
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		if (!proc_create_data(knobs[i].name, 0644, NULL, &knob_ops,
				      (void *)&knobs[i]))
			return -ENOMEM;
	}
	return 0;
}
