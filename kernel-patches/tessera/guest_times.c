// SPDX-License-Identifier: GPL-2.0
/*
 * A guest tells its home how much CPU time it has used, so that `ps` there knows
 * before it comes back. Each thread says it itself, on its way to user mode: so it
 * cannot come between a call and its result.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/time64.h>
#include <linux/workqueue.h>

#include "group.h"
#include "guest.h"
#include "times.h"

#define TELL_EVERY	HZ
#define TELL_FROM	(50 * NSEC_PER_MSEC)	/* what is less is not worth a frame */

void tessera_guest_tell(struct callback_head *work)
{
	struct tessera_task *member = container_of(work, struct tessera_task, tell);
	struct state_times times;

	clear_bit(MEMBER_TELLING, &member->flags);
	if (!test_bit(MEMBER_RUNNING, &member->flags))
		return;
	tessera_times_thread(&times);
	member->told = times;
	tessera_channel_send(&member->channel, TESSERA_FRAME_TIMES, 0, &times, sizeof(times));
}

static void let_tell(struct tessera_task *member)
{
	u64 used = READ_ONCE(member->task->se.sum_exec_runtime);

	if (used < member->told.runtime + TELL_FROM ||
	    test_and_set_bit(MEMBER_TELLING, &member->flags))
		return;
	if (task_work_add(member->task, &member->tell, TWA_RESUME))
		clear_bit(MEMBER_TELLING, &member->flags);
}

void tessera_guest_times(struct work_struct *work)
{
	struct tessera_group *group = container_of(to_delayed_work(work), struct tessera_group,
						   times_work);
	struct tessera_task *member;
	bool running;

	spin_lock(&group->lock);
	running = group->state == GROUP_RUNNING;
	if (running) {
		list_for_each_entry(member, &group->members, entry)
			let_tell(member);
	}
	spin_unlock(&group->lock);
	if (running)
		schedule_delayed_work(&group->times_work, TELL_EVERY);
}
