// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of a process that is away arrive at home, as always, and go on to the
 * guest, where its handlers are. A deputy that is idle blocks all of them, so that
 * none is decided upon here by a mask that is not the guest's; only a stop happens
 * here, natively, with the guest held meanwhile, so that whoever waits for the
 * process sees it stopped and continued.
 */
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/signal.h>

#include "deputy.h"
#include "group.h"
#include "thread.h"

#define STOPS	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))

void tessera_signals_block(void)
{
	sigset_t all;

	sigfillset(&all);
	set_current_blocked(&all);	/* SIGKILL and SIGSTOP excepted */
}

bool tessera_signals_stopped(void)
{
	return READ_ONCE(current->signal->flags) & SIGNAL_STOP_STOPPED ||
	       READ_ONCE(current->signal->group_stop_count);
}

/* The guest's thread goes on, if the process does. */
static int go_on(struct tessera_task *member)
{
	if (tessera_signals_stopped() || !test_and_clear_bit(MEMBER_HELD, &member->flags))
		return 0;
	return tessera_channel_send(&member->channel, TESSERA_FRAME_CONT, 0, NULL, 0);
}

/*
 * Stop here, with only this signal let through, until the process is continued, or
 * wanted at home.
 */
static int stop(struct tessera_task *member, int sig)
{
	struct ksignal unused;
	sigset_t others;
	int ret;

	ret = tessera_channel_send(&member->channel, TESSERA_FRAME_STOP, 0, NULL, 0);
	if (ret)
		return ret;
	set_bit(MEMBER_HELD, &member->flags);
	sigfillset(&others);
	sigdelsetmask(&others, sigmask(sig) | sigmask(SIGKILL));
	__set_current_blocked(&others);
	get_signal(&unused);
	tessera_signals_block();
	return go_on(member);
}

void tessera_signals_unstop(struct tessera_group *group)
{
	struct task_struct *task = tessera_group_task(group), *thread;
	struct sighand_struct *sighand;
	unsigned long flags;

	if (!task)
		return;
	sighand = lock_task_sighand(task, &flags);
	if (sighand) {
		for_each_thread(task, thread) {
			/* Who is at home already may have stopped there. */
			if (!READ_ONCE(thread->tessera) || !(thread->jobctl & JOBCTL_STOPPED))
				continue;
			thread->jobctl &= ~JOBCTL_STOPPED;
			wake_up_state(thread, __TASK_STOPPED);
		}
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
	put_task_struct(task);
}

void tessera_signals_stop_again(void)
{
	struct sighand_struct *sighand = tessera_own_sighand();

	spin_lock_irq(&sighand->siglock);
	/* It may have been woken before the last of the others had stopped. */
	if (tessera_signals_stopped() && !(current->jobctl & JOBCTL_STOP_PENDING)) {
		task_join_group_stop(current);
		recalc_sigpending();
	}
	spin_unlock_irq(&sighand->siglock);
}

static bool stop_pending(void)
{
	return sigismember(&current->pending.signal, SIGSTOP) ||
	       sigismember(&current->signal->shared_pending.signal, SIGSTOP) ||
	       current->jobctl & (JOBCTL_STOP_PENDING | JOBCTL_TRAP_FREEZE);
}

int tessera_signals_stop(struct tessera_task *member, struct tessera_message *message)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	kernel_siginfo_t info;
	struct frame_signal frame;
	bool stops;
	int sig;

	if (tessera_message_get(message, &frame, sizeof(frame)))
		return -EPROTO;
	BUILD_BUG_ON(sizeof(info) != sizeof(frame.info));
	memcpy(&info, frame.info, sizeof(info));
	/* Whoever is killed while it is stopped does not come back here. */
	tessera_message_free(message);
	sig = info.si_signo;
	if (!valid_signal(sig) || !sig || !(STOPS & sigmask(sig)))
		return -EPROTO;
	spin_lock_irq(&sighand->siglock);
	/* A handler that resets itself did so at the guest. */
	sighand->action[sig - 1].sa.sa_handler = SIG_DFL;
	/* As do_signal_stop(): it was continued since the signal was taken here. */
	stops = current->jobctl & JOBCTL_STOP_DEQUEUED;
	if (stops)
		send_signal_locked(sig, &info, current,
				   frame.process ? PIDTYPE_TGID : PIDTYPE_PID);
	spin_unlock_irq(&sighand->siglock);
	if (!stops)
		return 0;
	/* On its way home: there it stops, when it has come. */
	return READ_ONCE(member->group->state) == GROUP_AWAY ? stop(member, sig) : 0;
}

bool tessera_signals_full(const struct tessera_task *member)
{
	return atomic_read(&member->signals_out) >= TESSERA_SIGNALS_AHEAD;
}

int tessera_signals_taken(struct tessera_group *group, const struct tessera_message *message)
{
	struct tessera_task *member;
	struct frame_taken frame;

	if (tessera_message_get(message, &frame, sizeof(frame)))
		return -EPROTO;
	spin_lock(&group->lock);
	list_for_each_entry(member, &group->members, entry) {
		if (member->index != frame.index)
			continue;
		/* Its deputy only adds to them. Those of a thread that ended count here, too. */
		atomic_sub(min_t(u32, frame.count, atomic_read(&member->signals_out)),
			   &member->signals_out);
		wake_up(&member->wait);
	}
	spin_unlock(&group->lock);
	return 0;
}

/* One signal, while the group is away; the lock orders it against the way home. */
static int forward_one(struct tessera_task *member, bool *ret_more)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct tessera_group *group = member->group;
	struct frame_signal frame = { };
	enum pid_type type = PIDTYPE_PID;
	kernel_siginfo_t info;
	sigset_t none;
	int sig = 0, ret = 0;

	/* A stop that comes just now is for the next round, and death for us. */
	siginitset(&none, sigmask(SIGSTOP) | sigmask(SIGKILL));
	clear_siginfo(&info);
	mutex_lock(&group->signal_lock);
	if (READ_ONCE(group->state) == GROUP_AWAY) {
		spin_lock_irq(&sighand->siglock);
		if (!tessera_signals_full(member))
			sig = dequeue_signal(&none, &info, &type);
		recalc_sigpending();
		spin_unlock_irq(&sighand->siglock);
	}
	/* The guest's kernel counts its CPU time, and has said so itself. */
	if (sig && !(sig == SIGXCPU && info.si_code == SI_KERNEL)) {
		frame.process = type != PIDTYPE_PID;
		memcpy(frame.info, &info, sizeof(info));
		atomic_inc(&member->signals_out);
		ret = tessera_channel_send(&member->channel, TESSERA_FRAME_SIGNAL, 0,
					   &frame, sizeof(frame));
	}
	mutex_unlock(&group->signal_lock);
	*ret_more = sig;
	return ret;
}

int tessera_signals_forward(struct tessera_task *member)
{
	bool more = true;
	int ret = 0;

	if (READ_ONCE(member->group->state) == GROUP_AWAY)
		ret = stop_pending() ? stop(member, SIGSTOP) : go_on(member);
	while (!ret && more && !fatal_signal_pending(current))
		ret = forward_one(member, &more);
	return ret;
}
