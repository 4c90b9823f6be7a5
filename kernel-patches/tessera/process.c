// SPDX-License-Identifier: GPL-2.0
/* A process as Tessera sees it; see process.h. Moving it out is in depart.c. */
#include <linux/mm_types.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/tessera.h>

#include "depart.h"
#include "deputy.h"
#include "group.h"
#include "nodes.h"
#include "process.h"

/* Of its own: anybody may queue what lasts for a minute. */
static struct workqueue_struct *move_wq;

struct tessera_mm *tessera_process_get(struct mm_struct *mm)
{
	struct tessera_mm *process = READ_ONCE(mm->tessera), *old;

	if (process)
		return process;
	process = kzalloc(sizeof(*process), GFP_KERNEL_ACCOUNT);
	if (!process)
		return NULL;
	old = cmpxchg(&mm->tessera, NULL, process);
	if (old) {
		kfree(process);
		return old;
	}
	return process;
}

struct tessera_group *tessera_process_group(struct mm_struct *mm)
{
	struct tessera_mm *process = READ_ONCE(mm->tessera);
	struct tessera_group *group;

	if (!process)
		return NULL;
	rcu_read_lock();
	group = rcu_dereference(process->group);
	if (group && !refcount_inc_not_zero(&group->ref))
		group = NULL;
	rcu_read_unlock();
	return group;
}

void tessera_process_set_group(struct mm_struct *mm, struct tessera_group *group)
{
	struct tessera_group *old;

	if (group)
		tessera_group_get(group);
	old = xchg((__force struct tessera_group **)&mm->tessera->group, group);
	tessera_group_put(old);
}

void tessera_process_forget(struct tessera_group *group)
{
	struct tessera_mm *process = READ_ONCE(group->mm->tessera);

	/* A group holds its mm, but not its users: it may have lost them all. */
	if (!mmget_not_zero(group->mm))
		return;
	if (cmpxchg((__force struct tessera_group **)&process->group, group, NULL) == group)
		tessera_group_put(group);
	mmput_async(group->mm);
}

/* The last user of an address space is gone. */
void __tessera_mm_exit(struct mm_struct *mm)
{
	tessera_process_set_group(mm, NULL);
	kfree(mm->tessera);
	mm->tessera = NULL;
}

static int bring_home(struct tessera_group *group)
{
	long left;

	/* If it is lost already, that is told below. */
	tessera_channel_send(&group->channel, TESSERA_FRAME_RECALL, 0, NULL, 0);
	tessera_home_wake(group);
	left = wait_event_killable_timeout(group->wait,
					   READ_ONCE(group->state) == GROUP_ENDED, RECALL_WITHIN);
	if (left < 0)
		return -EINTR;
	if (!left)
		return -ETIMEDOUT;
	/* It ended, and not at home? */
	return tessera_reason_error(group->reason);
}

static int move(struct task_struct *task, struct mm_struct *mm, u16 node)
{
	struct tessera_mm *process = mm->tessera;
	struct tessera_group *group = tessera_process_group(mm);
	int ret = 0;

	if (group && node == tessera_nodes_self())
		node = 0;
	if (group && group->guest) {
		process->reason = TESSERA_REASON_GUEST;
		ret = -EPERM;
	} else if (group && READ_ONCE(group->state) == GROUP_ABORTED) {
		/* It has not left, and not every thread of it knows. */
		ret = node ? -EBUSY : 0;
	} else if (group && tessera_link_node(group->link) != node) {
		/* It goes by home: what would keep it there keeps it where it is. */
		process->reason = node ? tessera_depart_check(process, node) : TESSERA_REASON_NONE;
		ret = process->reason ? tessera_reason_error(process->reason) : bring_home(group);
	} else if (group) {
		node = 0;	/* it is there */
	}
	tessera_group_put(group);
	if (ret || !node)
		return ret;
	process->reason = tessera_depart(task, mm, node);
	return process->reason ? tessera_reason_error(process->reason) : 0;
}

int tessera_process_move(struct task_struct *task, u16 node, u8 level)
{
	struct mm_struct *mm = get_task_mm(task);
	struct tessera_mm *process;
	int ret;

	if (!mm)
		return -ESRCH;
	process = tessera_process_get(mm);
	if (!process) {
		ret = -ENOMEM;
	} else if (test_and_set_bit(0, &process->busy)) {
		ret = -EBUSY;
	} else {
		if (level)
			process->level = level;
		ret = move(task, mm, node);
		clear_bit(0, &process->busy);
	}
	mmput(mm);
	return ret;
}

struct later {
	struct work_struct work;
	struct task_struct *task;
	u16 node;
	u8 level;
};

static void move_later(struct work_struct *work)
{
	struct later *later = container_of(work, struct later, work);

	tessera_process_move(later->task, later->node, later->level);
	put_task_struct(later->task);
	kfree(later);
}

int tessera_process_move_later(struct task_struct *task, u16 node, u8 level)
{
	struct later *later = kmalloc(sizeof(*later), GFP_KERNEL);

	if (!later)
		return -ENOMEM;
	INIT_WORK(&later->work, move_later);
	later->task = get_task_struct(task);
	later->node = node;
	later->level = level;
	queue_work(move_wq, &later->work);
	return 0;
}

int __init tessera_process_init(void)
{
	move_wq = alloc_workqueue("tessera_move", WQ_UNBOUND, 0);
	return move_wq ? 0 : -ENOMEM;
}
