// SPDX-License-Identifier: GPL-2.0
/*
 * A guest goes home: its threads stop at the border to user mode, home is told and
 * stops sending, what was sent and is pending goes back with the state, then the
 * pages that home does not have. When home has all of it, it says goodbye, and the
 * threads end here without another word.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "depart.h"
#include "group.h"
#include "guest.h"
#include "memory.h"
#include "thread.h"
#include "trace.h"

/* Of the kernel's own, that come while they are counted, or have no room in a queue. */
#define MORE_SIGNALS	64

static int wait_for(struct tessera_group *group, const bool *flag)
{
	if (wait_event_killable(group->wait, READ_ONCE(*flag) ||
				READ_ONCE(group->state) == GROUP_ENDED))
		return -EINTR;
	return READ_ONCE(*flag) ? 0 : -EPIPE;
}

/* Signals that home sent and the thread has not looked at. */
static int drain(struct tessera_task *member)
{
	struct tessera_message message;
	int ret = 0;

	while (!ret && tessera_channel_take(&member->channel, &message)) {
		/* A stop is home's own again in a moment; its signal goes along. */
		if (message.frame.type == TESSERA_FRAME_SIGNAL)
			ret = tessera_guest_signal(member, &message, false);
		else if (message.frame.type != TESSERA_FRAME_STOP &&
			 message.frame.type != TESSERA_FRAME_CONT)
			ret = -EPROTO;
		tessera_message_free(&message);
	}
	return ret;
}

/* The caller holds siglock. */
static u32 count_pending(void)
{
	return list_count_nodes(&current->pending.list) +
	       list_count_nodes(&current->signal->shared_pending.list);
}

/* Whatever is pending for this thread, and for the process if it is the carrier. */
static int collect(struct tessera_task *member)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct state_thread *state = member->state;
	sigset_t none;
	u32 most;

	spin_lock_irq(&sighand->siglock);
	most = min_t(u32, count_pending() + MORE_SIGNALS, TESSERA_SIGNALS_MAX);
	spin_unlock_irq(&sighand->siglock);
	member->signals = kvcalloc(most, sizeof(*member->signals), GFP_KERNEL);
	if (!member->signals)
		return -ENOMEM;
	sigemptyset(&none);
	while (state->signals < most && !fatal_signal_pending(current)) {
		struct frame_signal *frame = &member->signals[state->signals].signal;
		enum pid_type type = PIDTYPE_PID;
		kernel_siginfo_t info;
		int sig;

		clear_siginfo(&info);
		spin_lock_irq(&sighand->siglock);
		sig = dequeue_signal(&none, &info, &type);
		spin_unlock_irq(&sighand->siglock);
		if (!sig)
			break;
		frame->process = type != PIDTYPE_PID;
		memcpy(frame->info, &info, sizeof(info));
		state->signals++;
	}
	return 0;
}

static int carry(struct tessera_group *group)
{
	int ret;

	ret = tessera_state_send(group);
	if (!ret)
		ret = wait_for(group, &group->laid_out);
	if (!ret)
		ret = tessera_memory_send_home(group->memory);
	if (!ret)
		ret = tessera_channel_send(&group->channel, TESSERA_FRAME_PAGES_END, 0, NULL, 0);
	return ret;
}

static int go_home(struct tessera_task *member)
{
	struct tessera_group *group = member->group;
	bool carrier = tessera_group_carrier(group, member);
	int ret = 0;

	if (carrier)
		ret = tessera_channel_send(&group->channel, TESSERA_FRAME_RETURN, 0, NULL, 0);
	if (!ret)
		ret = wait_for(group, &group->return_ok);
	if (!ret)
		ret = drain(member) ?: collect(member);
	if (!ret)
		ret = tessera_group_barrier(group, &group->done);
	if (!ret && carrier)
		ret = carry(group);
	/* Home's goodbye ends the group, and kills what is left of it here. */
	if (!ret)
		ret = wait_event_killable(group->wait,
					  READ_ONCE(group->state) == GROUP_ENDED);
	return ret;
}

void tessera_return_park(struct callback_head *work)
{
	struct tessera_task *member = container_of(work, struct tessera_task, park);
	struct tessera_group *group = member->group;
	int ret;

	/* Nothing asynchronous from here on. */
	tessera_guest_wait_begin(member);
	/* 32-bit code, into which it has jumped here. */
	ret = user_64bit_mode(task_pt_regs(current)) ? 0 : -ENOEXEC;
	if (!ret)
		ret = tessera_thread_capture(member);
	if (!ret)
		ret = tessera_group_park(group);
	if (!ret)
		ret = go_home(member);
	trace_tessera_return(group, ret);
	/* There is no way back: the peer's memory of us may be half made. */
	if (ret && !fatal_signal_pending(current))
		tessera_guest_fail(group, ret);
}
