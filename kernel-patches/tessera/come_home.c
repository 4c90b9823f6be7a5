// SPDX-License-Identifier: GPL-2.0
/*
 * A process comes home. Its deputies stop being deputies: the first of them takes
 * the state of all and makes the address space what it has to be; when the pages
 * are there, too, each becomes its thread again.
 */
#include <linux/sched/signal.h>
#include <linux/tessera.h>

#include "deputy.h"
#include "events.h"
#include "group.h"
#include "memory.h"
#include "space.h"
#include "state_in.h"
#include "thread.h"
#include "times.h"
#include "trace.h"

static struct tessera_task *member_of(struct tessera_group *group, u32 index)
{
	struct tessera_task *member, *found = NULL;

	spin_lock(&group->lock);
	list_for_each_entry(member, &group->members, entry) {
		if (member->index == index)
			found = member;
	}
	spin_unlock(&group->lock);
	return found;
}

static int take(struct tessera_group *group, const struct tessera_arrival *arrival)
{
	const struct state_process *process = arrival->process;
	struct state_times shown = process->ended;
	int ret;
	u32 i;

	tessera_scratch_unmap(group);
	ret = tessera_space_reconcile(group, arrival->vmas, process->vmas);
	if (ret)
		return ret;
	for (i = 0; i < process->chunks; i++)
		tessera_space_drop_stale(&arrival->chunks[i]);
	tessera_space_load(process);
	tessera_state_actions(process);
	tessera_state_barriers(process);
	tessera_home_bound(group, &shown);
	tessera_times_show_process(&shown);
	return 0;
}

/* The host will not send the rest. When it has sent all, its loss is no matter. */
static bool forsaken(struct tessera_group *group)
{
	return (READ_ONCE(group->lost) || READ_ONCE(group->exiting)) &&
	       !READ_ONCE(group->pages_end);
}

static int wait_for_pages(struct tessera_group *group)
{
	if (wait_event_killable(group->wait, READ_ONCE(group->pages_end) || forsaken(group)))
		return -EINTR;
	return READ_ONCE(group->pages_end) ? 0 : -EPIPE;
}

static int carry(struct tessera_group *group)
{
	struct tessera_arrival arrival;
	int ret;

	tessera_group_hold(group);
	ret = tessera_state_read(group, &arrival, member_of);
	if (ret == -EPROTO)
		ret = -EINVAL;	/* this process ends, and no other on the link */
	/* Threads that ended there may not have ended here yet. */
	if (!ret)
		ret = take(group, &arrival);
	if (!ret)
		tessera_state_await_clock(arrival.process);
	tessera_state_free(&arrival);
	tessera_group_release(group);
	if (!ret)
		ret = tessera_channel_send(&group->channel, TESSERA_FRAME_LAID_OUT, 0, NULL, 0);
	if (!ret)
		ret = wait_for_pages(group);
	if (ret)
		return ret;
	tessera_channel_send(&group->channel, TESSERA_FRAME_BYE, 0, NULL, 0);
	tessera_event_post(&(struct tessera_event) {
		.type = TESSERA_EVENT_MOVED,
		.pid = group->pid,
	});
	tessera_group_set(group, &group->home_ready);
	return 0;
}

/*
 * What was pending there is pending here, before what has come since and did not go
 * there; the thread decides when it runs. They were within the limit when they were
 * sent: none is lost for it now.
 */
static void requeue(struct tessera_task *member)
{
	struct rlimit *limit = &current->signal->rlim[RLIMIT_SIGPENDING];
	struct list_head *shared = &current->signal->shared_pending.list;
	struct sighand_struct *sighand = tessera_own_sighand();
	struct list_head *own = &current->pending.list;
	LIST_HEAD(later_shared);
	LIST_HEAD(later_own);
	unsigned long most;
	u32 i;

	if (!member->state->signals)
		return;
	spin_lock_irq(&sighand->siglock);
	list_splice_init(own, &later_own);
	list_splice_init(shared, &later_shared);
	most = limit->rlim_cur;
	WRITE_ONCE(limit->rlim_cur, RLIM_INFINITY);
	for (i = 0; i < member->state->signals; i++) {
		const struct frame_signal *frame = &member->signals[i].signal;
		kernel_siginfo_t info;

		memcpy(&info, frame->info, sizeof(info));
		if (!valid_signal(info.si_signo) || !info.si_signo)
			continue;
		send_signal_locked(info.si_signo, &info, current,
				   frame->process ? PIDTYPE_TGID : PIDTYPE_PID);
	}
	WRITE_ONCE(limit->rlim_cur, most);
	list_splice_tail(&later_own, own);
	list_splice_tail(&later_shared, shared);
	spin_unlock_irq(&sighand->siglock);
}

/* Until all is done, or this one has to do it: those before it have ended. */
static int wait_ready(struct tessera_task *member)
{
	struct tessera_group *group = member->group;

	if (wait_event_killable(group->wait, tessera_group_carrier(group, member) ||
				READ_ONCE(group->home_ready) || forsaken(group)))
		return -EINTR;
	if (tessera_group_carrier(group, member) && !READ_ONCE(group->home_ready))
		return carry(group);
	return READ_ONCE(group->home_ready) ? 0 : -EPIPE;
}

int tessera_come_home(struct tessera_task *member)
{
	struct tessera_group *group = member->group;
	int ret;

	ret = wait_ready(member);
	if (ret)
		return ret;
	if (!member->state)
		return -EINVAL;		/* a thread that the guest has no more */
	requeue(member);
	ret = tessera_thread_apply(member);
	trace_tessera_home(group, ret);
	if (ret)
		return ret;
	tessera_home_leave(member);
	tessera_signals_stop_again();
	tessera_thread_leave();
	return 0;
}
