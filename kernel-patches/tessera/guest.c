// SPDX-License-Identifier: GPL-2.0
/* See guest.h: what a guest's threads are told by home, and their end. */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/task_work.h>
#include <linux/tessera.h>

#include "group.h"
#include "guest.h"
#include "memory.h"
#include "process.h"
#include "thread.h"
#include "times.h"

static void kick(struct tessera_task *member)
{
	if (test_and_set_bit(MEMBER_KICKED, &member->flags))
		return;
	if (task_work_add(member->task, &member->kick, TWA_SIGNAL))
		clear_bit(MEMBER_KICKED, &member->flags);
}

/* Softirq, or process context. */
void tessera_guest_notify(struct tessera_channel *channel)
{
	struct tessera_task *member = container_of(channel, struct tessera_task, channel);

	wake_up(&member->wait);
	/* Not if it was quick and has taken it: its next call would be cut short. */
	if (test_bit(MEMBER_RUNNING, &member->flags) &&
	    !test_bit(MEMBER_WAITING, &member->flags) && tessera_channel_ready(channel))
		kick(member);
}

void tessera_guest_wait_begin(struct tessera_task *member)
{
	set_bit(MEMBER_WAITING, &member->flags);
	/* tessera_guest_notify() sees it, or we see what it tells of. */
	smp_mb__after_atomic();
}

void tessera_guest_wait_end(struct tessera_task *member)
{
	clear_bit(MEMBER_WAITING, &member->flags);
	/* As above, for what came between our last look and now. */
	smp_mb__after_atomic();
	if (tessera_channel_ready(&member->channel))
		kick(member);
}

/*
 * A timer has one signal pending at most; what comes meanwhile is counted in it. At
 * home it is pending no more, so its timer goes on as if it had been delivered.
 */
static bool merge_timer(const struct frame_signal *frame, const kernel_siginfo_t *info)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct sigpending *pending;
	struct sigqueue *q;
	bool merged = false;

	if (info->si_code != SI_TIMER)
		return false;
	spin_lock_irq(&sighand->siglock);
	pending = frame->process ? &current->signal->shared_pending : &current->pending;
	list_for_each_entry(q, &pending->list, list) {
		if (q->info.si_signo != info->si_signo || q->info.si_code != SI_TIMER ||
		    q->info.si_tid != info->si_tid)
			continue;
		if (q->info.si_overrun < INT_MAX)
			q->info.si_overrun++;
		merged = true;
		break;
	}
	spin_unlock_irq(&sighand->siglock);
	return merged;
}

/* Is there a thread that takes it? */
static bool taken(const struct frame_signal *frame, int sig)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct task_struct *thread;
	bool found = false;

	if (!frame->process)
		return !sigismember(&current->blocked, sig);
	spin_lock_irq(&sighand->siglock);
	for_each_thread(current, thread)
		/* Who waits for it by sigwait() has it out of the first one only. */
		found = found || (!sigismember(&thread->blocked, sig) &&
				  !sigismember(&thread->real_blocked, sig));
	spin_unlock_irq(&sighand->siglock);
	return found;
}

static void count_taken(struct tessera_task *member)
{
	struct frame_taken frame = {
		.index = member->index,
		.count = TESSERA_SIGNALS_TELL,
	};

	if (++member->signals_taken < TESSERA_SIGNALS_TELL)
		return;
	member->signals_taken = 0;
	/* By the process's channel: it must not come between a call and its result. */
	tessera_channel_send(&member->group->channel, TESSERA_FRAME_SIGNALS_TAKEN, 0,
			     &frame, sizeof(frame));
}

int tessera_guest_signal(struct tessera_task *member, const struct tessera_message *message,
			 bool stops)
{
	struct frame_signal frame;
	kernel_siginfo_t info;
	struct sigaction *action;
	int sig;

	if (tessera_message_get(message, &frame, sizeof(frame)))
		return -EPROTO;
	BUILD_BUG_ON(sizeof(info) != sizeof(frame.info));
	memcpy(&info, frame.info, sizeof(info));
	sig = info.si_signo;
	if (!valid_signal(sig) || !sig)
		return -EPROTO;
	count_taken(member);
	action = &tessera_own_sighand()->action[sig - 1].sa;
	/* Stopping is home's: its parent has to see it. */
	if (stops && (sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU) &&
	    READ_ONCE(action->sa_handler) == SIG_DFL && taken(&frame, sig))
		return tessera_channel_send(&member->channel, TESSERA_FRAME_STOP_REQ, 0,
					    &frame, sizeof(frame));
	/* By a signalfd it reads what is pending at home, not here. */
	if (member->group->signalfd && !taken(&frame, sig))
		tessera_guest_recall(member->group);
	if (merge_timer(&frame, &info))
		return 0;
	/* From the thread's own context: so its sender's PID is not translated. */
	if (frame.process)
		do_send_sig_info(sig, &info, current->group_leader, PIDTYPE_TGID);
	else
		do_send_sig_info(sig, &info, current, PIDTYPE_PID);
	return 0;
}

/* Something to be done by a thread that stands still; an answer can wait. */
static bool not_still(struct tessera_task *member)
{
	return tessera_channel_commanded(&member->channel) || READ_ONCE(member->channel.lost) ||
	       READ_ONCE(member->group->state) != GROUP_RUNNING;
}

/* Home is stopped: so are we, until it goes on, or this process goes there. */
static int stand_still(struct tessera_task *member)
{
	struct tessera_message message;
	bool lost;
	int ret = 0;

	while (!ret) {
		if (wait_event_state(member->wait, not_still(member),
				     (TASK_KILLABLE | TASK_FREEZABLE)))
			return -EINTR;
		if (READ_ONCE(member->group->state) == GROUP_PARKING)
			return 0;
		lost = tessera_channel_lost(&member->channel) ||
		       READ_ONCE(member->group->state) != GROUP_RUNNING;
		if (!tessera_channel_take_command(&member->channel, &message)) {
			if (lost)
				return -EPIPE;
			continue;
		}
		if (message.frame.type == TESSERA_FRAME_CONT) {
			tessera_message_free(&message);
			return 0;
		}
		if (message.frame.type == TESSERA_FRAME_SIGNAL)
			ret = tessera_guest_signal(member, &message, true);
		else if (message.frame.type != TESSERA_FRAME_STOP)	/* stopped once more */
			ret = -EPROTO;
		tessera_message_free(&message);
	}
	return ret;
}

int tessera_guest_frame(struct tessera_task *member, struct tessera_message *message)
{
	int ret = 0;

	if (message->frame.type == TESSERA_FRAME_SIGNAL)
		ret = tessera_guest_signal(member, message, true);
	else if (message->frame.type == TESSERA_FRAME_STOP)
		ret = stand_still(member);
	else if (message->frame.type != TESSERA_FRAME_CONT)	/* it went on to go home */
		ret = -EPROTO;
	tessera_message_free(message);
	return ret;
}

/* Runs in the thread, which was not waiting when something came. */
void tessera_guest_kick(struct callback_head *work)
{
	struct tessera_task *member = container_of(work, struct tessera_task, kick);
	struct tessera_message message;
	bool lost;
	int ret = 0;

	clear_bit(MEMBER_KICKED, &member->flags);
	/* Who still saw the bit did not kick: what he tells of is seen below. */
	smp_mb__after_atomic();
	tessera_guest_wait_begin(member);
	lost = tessera_channel_lost(&member->channel);
	while (!ret && tessera_channel_take(&member->channel, &message))
		ret = tessera_guest_frame(member, &message);
	if (!ret && lost)
		ret = -EPIPE;
	clear_bit(MEMBER_WAITING, &member->flags);
	tessera_thread_go_on();
	/* If it was killed, its end is told as any other. */
	if (fatal_signal_pending(current))
		return;
	if (ret)
		tessera_guest_fail(member->group, ret);
	else if (tessera_channel_ready(&member->channel))
		kick(member);
	if (test_and_clear_bit(MEMBER_DYING, &member->flags))
		tessera_guest_recall(member->group);
}

/* Under siglock, which nothing that recalls is taken under. */
void tessera_guest_fall_at_home(struct tessera_task *member)
{
	set_bit(MEMBER_DYING, &member->flags);
	kick(member);
}

void tessera_guest_kill(struct tessera_group *group)
{
	spin_lock(&group->lock);
	group->exit_sent = true;
	WRITE_ONCE(group->state, GROUP_ENDED);
	spin_unlock(&group->lock);
	tessera_group_kill(group);
	if (group->memory)
		tessera_memory_lose(group->memory);
	tessera_group_wake(group);
}

void tessera_guest_fail(struct tessera_group *group, int error)
{
	struct frame_reason frame = {
		.reason = tessera_error_reason(error) ?: TESSERA_REASON_NO_CAGE,
	};

	tessera_channel_send(&group->channel, TESSERA_FRAME_REFUSE, 0, &frame, sizeof(frame));
	tessera_guest_kill(group);
}

void tessera_guest_recall(struct tessera_group *group)
{
	spin_lock(&group->lock);
	if (group->state == GROUP_RUNNING) {
		WRITE_ONCE(group->state, GROUP_PARKING);
		group->parked = 0;
		group->done = 0;
		tessera_group_flag(group);
	} else if (group->state == GROUP_ARRIVING) {
		group->recalled = true;
	}
	spin_unlock(&group->lock);
}

void tessera_guest_leave(struct tessera_task *member)
{
	struct tessera_group *group = tessera_group_get(member->group);
	bool last;

	clear_bit(MEMBER_RUNNING, &member->flags);
	clear_task_syscall_work(current, TESSERA);
	tessera_task_destroy_in(member);
	spin_lock(&group->lock);
	last = !group->total && !group->finished;
	group->finished = group->finished || last;
	spin_unlock(&group->lock);
	if (last) {
		tessera_memory_lose(group->memory);
		tessera_group_close(group);
		tessera_group_put(group);	/* of its birth */
	}
	tessera_group_put(group);
}

static void tell_end(struct tessera_task *member, long code)
{
	struct tessera_group *group = member->group;
	bool process, silent;
	struct frame_exit exit = { .code = code };

	spin_lock(&group->lock);
	process = current->signal->flags & SIGNAL_GROUP_EXIT || group->total == 1;
	silent = group->exit_sent || group->state == GROUP_ENDED;
	if (process)
		group->exit_sent = true;
	spin_unlock(&group->lock);
	if (silent)
		return;
	if (process) {
		if (current->signal->flags & SIGNAL_GROUP_EXIT)
			exit.code = current->signal->group_exit_code;
		tessera_times_process(&exit.times);
		tessera_channel_send(&group->channel, TESSERA_FRAME_EXIT, 0, &exit, sizeof(exit));
	} else {
		/* Its last words in memory, before the others may go home without it. */
		exec_mm_release(current, current->mm);
		tessera_times_thread(&exit.times);
		tessera_channel_send(&member->channel, TESSERA_FRAME_EXIT_THREAD, 0,
				     &exit, sizeof(exit));
	}
}

/* Signals for the process that it has not looked at are for the others. */
static void bequeath(struct tessera_task *member)
{
	struct tessera_message message;

	tessera_channel_deafen(&member->channel);
	while (tessera_channel_take(&member->channel, &message)) {
		if (message.frame.type == TESSERA_FRAME_SIGNAL)
			tessera_guest_signal(member, &message, false);
		tessera_message_free(&message);
	}
}

void tessera_guest_exit(struct tessera_task *member, long code)
{
	tessera_guest_wait_begin(member);	/* no kick any more */
	bequeath(member);
	tell_end(member, code);
	/* If the others were about to go home: one less to wait for. */
	tessera_guest_leave(member);
}
