// SPDX-License-Identifier: GPL-2.0
/* See deputy.h: the deputies' loop, and the end of groups at home. */
#include <linux/ktime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/signalfd.h>
#include <linux/freezer.h>
#include <linux/task_work.h>
#include <linux/tessera.h>

#include "deputy.h"
#include "events.h"
#include "group.h"
#include "memory.h"
#include "process.h"
#include "thread.h"
#include "times.h"

#define NUDGE_EVERY	(HZ / 10)

/* Softirq, or process context: wake the deputy; a call under way is cut short. */
void tessera_home_notify(struct tessera_channel *channel)
{
	struct tessera_task *member = container_of(channel, struct tessera_task, channel);
	struct task_struct *task = READ_ONCE(member->task);

	wake_up(&member->wait);
	/* Not if it is this call that came: it was quick, and runs it already. */
	if (task && test_bit(MEMBER_IN_CALL, &member->flags) && tessera_channel_ready(channel))
		set_notify_signal(task);
}

void tessera_home_end_if_last(struct tessera_group *group)
{
	struct frame_reason refuse = { };
	bool last;

	spin_lock(&group->lock);
	last = !group->total && !group->finished;
	if (last)
		group->finished = true;
	if (group->state == GROUP_ABORTED)
		refuse.reason = group->reason ?: TESSERA_REASON_BUSY;
	spin_unlock(&group->lock);
	if (!last)
		return;
	/* The host waits for a state that will not come. */
	if (refuse.reason)
		tessera_channel_send(&group->channel, TESSERA_FRAME_REFUSE, 0, &refuse,
				     sizeof(refuse));
	tessera_memory_stop(group->memory);
	tessera_process_forget(group);
	tessera_group_close(group);
	spin_lock(&group->lock);
	WRITE_ONCE(group->state, GROUP_ENDED);
	spin_unlock(&group->lock);
	wake_up_all(&group->wait);
}

void tessera_home_leave(struct tessera_task *member)
{
	struct tessera_group *group = tessera_group_get(member->group);

	tessera_task_destroy_in(member);
	tessera_home_end_if_last(group);
	tessera_group_put(group);
}

/* Again and again: another stop may have been on its way to one of them. */
void tessera_home_nudge(struct work_struct *work)
{
	struct tessera_group *group = container_of(to_delayed_work(work), struct tessera_group,
						   times_work);

	tessera_signals_unstop(group);
	if (time_before(jiffies, READ_ONCE(group->wake_until)))
		schedule_delayed_work(&group->times_work, NUDGE_EVERY);
}

void tessera_home_wake(struct tessera_group *group)
{
	WRITE_ONCE(group->wake_until, jiffies + RECALL_WITHIN);
	tessera_signals_unstop(group);
	spin_lock(&group->lock);
	if (!group->finished)	/* its work is cancelled after that */
		schedule_delayed_work(&group->times_work, NUDGE_EVERY);
	spin_unlock(&group->lock);
}

/* A deputy dies. If its process does, the guest must, too; said once. */
void tessera_home_exit(struct tessera_task *member)
{
	struct tessera_group *group = member->group;
	bool kill = false, all;

	spin_lock(&group->lock);
	all = current->signal->flags & SIGNAL_GROUP_EXIT || group->total == 1;
	if (group->state == GROUP_AWAY || group->state == GROUP_RETURNING) {
		if (current->signal->flags & SIGNAL_GROUP_EXIT && !group->exit_sent) {
			group->exit_sent = true;
			kill = true;
		}
	}
	spin_unlock(&group->lock);
	if (kill)
		tessera_channel_send(&group->channel, TESSERA_FRAME_KILL, 0, NULL, 0);
	/* Its last words in memory, before the others leave without it. */
	if (!all && current->mm)
		exec_mm_release(current, current->mm);
	/* A parked one that is killed: the others go on, and die. */
	if (all)
		tessera_group_abort(group, TESSERA_REASON_EXITING);
	tessera_home_leave(member);
}

void tessera_home_lose(struct tessera_group *group, enum tessera_reason reason)
{
	bool first;

	spin_lock(&group->lock);
	first = !group->reason && !group->exiting;
	if (first)
		group->reason = reason;
	spin_unlock(&group->lock);
	if (!first)
		return;
	pr_notice("tessera: process %d (%s) ends: it ran on node %u: %s\n", group->pid,
		  group->comm, tessera_link_node(group->link), tessera_reason_text(reason));
	tessera_group_kill(group);
}

/* What a thread can have used since it left; a second for clocks that differ. */
static u64 possible(const struct tessera_group *group)
{
	return ktime_get_boottime_ns() - group->since + NSEC_PER_SEC;
}

void tessera_home_bound(const struct tessera_group *group, struct state_times *times)
{
	tessera_times_bound(times, &group->left, TESSERA_THREADS_MAX * possible(group));
}

/* What the guest's thread has used so far is this one's. */
void tessera_home_charge(struct tessera_task *member, const struct state_times *times)
{
	struct tessera_group *group = member->group;
	struct state_times now = *times, added;
	unsigned int i;

	tessera_times_bound(&now, &member->left, possible(group));
	tessera_times_add(&now, &member->told, &added);
	spin_lock(&group->lock);
	group->told.utime += added.utime;
	group->told.stime += added.stime;
	group->told.runtime += added.runtime;
	for (i = 0; i < STATE_COUNTS; i++)
		group->told.counts[i] += added.counts[i];
	spin_unlock(&group->lock);
}

/* The guest's process ended: so does this one, with what it used there. */
static void __noreturn ended(struct tessera_group *group)
{
	struct state_times now, told, added;
	bool first;

	spin_lock(&group->lock);
	first = !group->charged;
	group->charged = true;
	told = group->told;
	now = group->exit.times;
	spin_unlock(&group->lock);
	if (first) {
		tessera_home_bound(group, &now);
		tessera_times_add(&now, &told, &added);
		tessera_times_show_process(&now);
	}
	do_group_exit(group->exit_code);
}

/*
 * A deputy cannot go on. If that is because of the link, the process's own channel
 * tells whether anything else was the end of it: all that came is read there first.
 */
static void __noreturn lost(struct tessera_task *member, int error)
{
	struct tessera_group *group = member->group;
	enum tessera_reason reason = tessera_error_reason(error) ?: TESSERA_REASON_PROTOCOL;

	if (error == -EPROTO)
		tessera_link_fail(group->link, TESSERA_REASON_PROTOCOL);
	if (error == -EPROTO || error == -EPIPE) {
		wait_event_killable(group->wait, READ_ONCE(group->lost) ||
				    READ_ONCE(group->exiting));
		reason = tessera_link_reason(group->link);
	}
	if (!fatal_signal_pending(current)) {
		if (READ_ONCE(group->exiting))
			ended(group);
		tessera_home_lose(group, reason);
	}
	do_group_exit(SIGKILL);		/* a code that is set already stays */
}

static int take_frame(struct tessera_task *member, struct tessera_message *message)
{
	struct state_times times;
	struct frame_exit exit;
	int ret;

	switch ((enum tessera_frame_type)message->frame.type) {
	case TESSERA_FRAME_CALL:
		ret = tessera_deputy_call(member, message);
		break;
	case TESSERA_FRAME_INTERRUPT:
		ret = 0;	/* came after the call had ended */
		break;
	case TESSERA_FRAME_STOP_REQ:
		ret = tessera_signals_stop(member, message);
		break;
	case TESSERA_FRAME_EXIT_THREAD:
		ret = tessera_message_get(message, &exit, sizeof(exit));
		tessera_message_free(message);
		if (ret)
			return ret;
		tessera_home_charge(member, &exit.times);
		do_exit(exit.code);
	case TESSERA_FRAME_TIMES:
		ret = tessera_message_get(message, &times, sizeof(times));
		if (!ret)
			tessera_home_charge(member, &times);
		break;
	default:
		ret = -EPROTO;
	}
	tessera_message_free(message);
	return ret;
}

/* Something for the deputy to do, beside frames? */
static bool signalled(struct tessera_task *member)
{
	bool pending = !sigisemptyset(&current->pending.signal) ||
		       !sigisemptyset(&current->signal->shared_pending.signal);

	return (pending && !tessera_signals_full(member)) ||
	       signal_pending(current) || current->jobctl & JOBCTL_PENDING_MASK;
}

static bool idle(struct tessera_task *member)
{
	enum tessera_group_state state = READ_ONCE(member->group->state);

	if (tessera_channel_ready(&member->channel) || state == GROUP_ENDED ||
	    READ_ONCE(member->group->exiting))
		return false;
	if (state == GROUP_RETURNING)
		return false;
	/* Continued before anybody here looked for it: the guest must hear of it. */
	if (test_bit(MEMBER_HELD, &member->flags) && state == GROUP_AWAY &&
	    !tessera_signals_stopped())
		return false;
	return !signalled(member);
}

static void wait(struct tessera_task *member)
{
	struct wait_queue_head *queue = &tessera_own_sighand()->signalfd_wqh;
	DEFINE_WAIT(frames);
	DEFINE_WAIT(signals);

	prepare_to_wait(&member->wait, &frames, TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	prepare_to_wait(queue, &signals, TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	if (idle(member))
		schedule();
	finish_wait(queue, &signals);
	finish_wait(&member->wait, &frames);
	if (test_thread_flag(TIF_NOTIFY_SIGNAL))
		clear_notify_signal();
	if (task_work_pending(current))
		task_work_run();
	try_to_freeze();
}

void tessera_deputy(struct tessera_task *member)
{
	struct tessera_group *group = member->group;
	struct tessera_message message;
	bool returning, lost_link;
	int ret = 0;

	/* These belong to memory that is elsewhere. */
	current->robust_list = NULL;
	current->clear_child_tid = NULL;
	current->rseq = NULL;
	member->scratch = group->scratch + (member->index - 1) * TESSERA_ARENA_MAX;
	tessera_signals_block();

	while (!ret) {
		wait(member);
		if (fatal_signal_pending(current))
			do_group_exit(SIGKILL);		/* its true code is set already */
		if (READ_ONCE(group->exiting))
			ended(group);
		ret = tessera_signals_forward(member);
		/* First: then the end of this thread, told before, is seen below. */
		returning = smp_load_acquire(&group->state) == GROUP_RETURNING;
		lost_link = tessera_channel_lost(&member->channel);
		while (!ret && tessera_channel_take(&member->channel, &message))
			ret = take_frame(member, &message);
		if (!ret && returning) {
			ret = tessera_come_home(member);
			if (!ret)
				return;
		}
		/* Home again, it does not matter any more: once more round. */
		if (!ret && lost_link && READ_ONCE(group->state) != GROUP_RETURNING)
			ret = -EPIPE;
	}
	lost(member, ret);
}
