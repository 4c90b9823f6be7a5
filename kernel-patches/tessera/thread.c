// SPDX-License-Identifier: GPL-2.0
/*
 * A thread's state, see thread.h: what is not special to the processor, and the
 * system call that it was taken out of. Whether an interrupted call is issued again
 * or ends for a handler is decided in the new place, by the signals that are pending
 * there; what is special about sleeping and waiting on a futex with a deadline
 * travels in the restart block.
 */
#include <linux/ktime.h>
#include <linux/rseq.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/tessera.h>
#include <uapi/linux/sched/types.h>
#include <linux/time_namespace.h>
#include <asm/syscall.h>

#include "cpu.h"
#include "deputy.h"
#include "group.h"
#include "marshal.h"
#include "thread.h"
#include "times.h"

/* Of kernel/futex/futex.h. */
#define FLAGS_SIZE_32		0x02
#define FLAGS_SHARED		0x10
#define FLAGS_CLOCKRT		0x20
#define FLAGS_HAS_TIMEOUT	0x40

/* Deadlines are kept in the host's time; between nodes, the name space's counts. */
static s64 to_namespace(clockid_t clock, s64 ns)
{
	struct timespec64 ts = ns_to_timespec64(ns);

	if (clock == CLOCK_MONOTONIC)
		timens_add_monotonic(&ts);
	else if (clock == CLOCK_BOOTTIME)
		timens_add_boottime(&ts);
	return timespec64_to_ns(&ts);
}

static void restart_capture(struct tessera_task *member, struct state_restart *state)
{
	struct restart_block *block = &current->restart_block;

	if (block->fn == futex_wait_restart) {
		state->kind = STATE_RESTART_FUTEX;
		state->flags = block->futex.flags;
		state->address = (unsigned long)block->futex.uaddr;
		state->value = block->futex.val;
		state->bitset = block->futex.bitset;
		/* The nodes' wall clocks differ: carry the time that is left. */
		if (block->futex.flags & FLAGS_CLOCKRT)
			state->time_ns = block->futex.time - ktime_get_real_ns();
		else
			state->time_ns = to_namespace(CLOCK_MONOTONIC, block->futex.time);
	} else if (block->fn == hrtimer_nanosleep_restart) {
		state->kind = STATE_RESTART_SLEEP;
		state->clock = block->nanosleep.clockid;
		state->type = block->nanosleep.type;
		state->address = (unsigned long)block->nanosleep.rmtp;
		state->time_ns = to_namespace(block->nanosleep.clockid,
					      block->nanosleep.expires);
	} else if (block->fn == do_restart_poll || block->fn == tessera_poll_restart) {
		state->kind = STATE_RESTART_POLL;
		state->address = (unsigned long)block->poll.ufds;
		state->value = block->poll.nfds;
		state->flags = block->poll.has_timeout;
		state->time_ns = to_namespace(CLOCK_MONOTONIC, block->poll.tv_sec * NSEC_PER_SEC +
					      block->poll.tv_nsec);
	} else {
		state->kind = STATE_RESTART_HOME;
	}
}

/*
 * Deadlines come from a peer, and the wall clocks of two nodes differ: none is before
 * the beginning of time, and "never" stays so.
 */
static ktime_t deadline(clockid_t clock, s64 ns)
{
	return timens_ktime_to_host(clock, max_t(s64, ns, 0));
}

static ktime_t real_deadline(s64 left)
{
	ktime_t now = ktime_get_real();

	return left > 0 ? ktime_add_safe(now, left) : max_t(s64, now + left, 0);
}

static void poll_apply(struct restart_block *block, const struct state_restart *state, bool guest)
{
	struct timespec64 end;

	end = ns_to_timespec64(deadline(CLOCK_MONOTONIC, state->time_ns));
	block->fn = guest ? tessera_poll_restart : do_restart_poll;
	block->poll.ufds = (struct pollfd __user *)state->address;
	block->poll.nfds = state->value;
	block->poll.has_timeout = state->flags;
	block->poll.tv_sec = end.tv_sec;
	block->poll.tv_nsec = end.tv_nsec;
}

static int restart_apply(struct tessera_task *member, const struct state_restart *state)
{
	struct restart_block *block = &current->restart_block;

	switch (state->kind) {
	case STATE_RESTART_NONE:
		return 0;
	case STATE_RESTART_HOME:
		set_bit(MEMBER_RESTART_HOME, &member->flags);
		return 0;
	case STATE_RESTART_POLL:
		poll_apply(block, state, member->group->guest);
		return 0;
	case STATE_RESTART_FUTEX:
		block->fn = futex_wait_restart;
		block->futex.uaddr = (u32 __user *)state->address;
		block->futex.val = state->value;
		block->futex.flags = state->flags;
		block->futex.bitset = state->bitset;
		if (state->flags & FLAGS_CLOCKRT)
			block->futex.time = real_deadline(state->time_ns);
		else
			block->futex.time = deadline(CLOCK_MONOTONIC, state->time_ns);
		return 0;
	case STATE_RESTART_SLEEP:
		block->fn = hrtimer_nanosleep_restart;
		block->nanosleep.clockid = state->clock;
		block->nanosleep.type = state->type;
		block->nanosleep.rmtp = (struct __kernel_timespec __user *)state->address;
		block->nanosleep.expires = deadline(state->clock, state->time_ns);
		return 0;
	}
	return -EINVAL;
}

/*
 * The kernel trusts a restart block, which it wrote itself. This one is a peer's
 * word: it must be one that this kernel could have written for a 64-bit program.
 */
static bool restart_valid(const struct state_restart *state)
{
	switch (state->kind) {
	case STATE_RESTART_NONE:
	case STATE_RESTART_HOME:
	case STATE_RESTART_POLL:
		return true;
	case STATE_RESTART_FUTEX:
		return (state->flags & ~(FLAGS_SHARED | FLAGS_CLOCKRT)) ==
		       (FLAGS_SIZE_32 | FLAGS_HAS_TIMEOUT);
	case STATE_RESTART_SLEEP:
		return (state->clock == CLOCK_REALTIME || state->clock == CLOCK_MONOTONIC ||
			state->clock == CLOCK_BOOTTIME || state->clock == CLOCK_TAI) &&
		       (state->type == TT_NONE || state->type == TT_NATIVE);
	}
	return false;
}

bool tessera_thread_valid(const struct state_thread *state)
{
	return state->tid > 0 && state->xstate == tessera_cpu_xstate_size() &&
	       state->signals <= TESSERA_SIGNALS_MAX &&
	       strnlen(state->comm, sizeof(state->comm)) < sizeof(state->comm) &&
	       restart_valid(&state->restart);
}

bool tessera_call_may_go_on(long nr)
{
	return nr != __NR_close && nr != __NR_connect;
}

void tessera_thread_leave(void)
{
	if (syscall_get_nr(current, task_pt_regs(current)) != -1)
		set_thread_flag(TIF_SIGPENDING);
}

void tessera_thread_go_on(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	if (syscall_get_nr(current, regs) == -1 || task_sigpending(current) ||
	    syscall_get_error(current, regs) != -EINTR || !tessera_call_may_go_on(regs->orig_ax))
		return;
	/* A handler that comes just now ends it after all. */
	regs->ax = -ERESTARTNOHAND;
	tessera_thread_leave();
}

/* Only a call that may be restarted is one elsewhere: any other is over. */
static void call_capture(struct state_thread *state)
{
	struct pt_regs *regs = task_pt_regs(current);
	int nr = syscall_get_nr(current, regs);

	if (nr == -1)
		return;
	switch (syscall_get_error(current, regs)) {
	case -EINTR:
		/*
		 * By no signal, or by one that only the call's own mask lets
		 * through: issued again, it meets that signal under that mask.
		 */
		if (!tessera_call_may_go_on(nr) ||
		    (task_sigpending(current) && !test_restore_sigmask()))
			return;
		state->regs.ax = -ERESTARTNOHAND;
		break;
	case -ERESTARTNOHAND:
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTART_RESTARTBLOCK:
		break;
	default:
		return;
	}
	state->call = nr + 1;
}

/* To be restarted by its block, now or when the next instruction is done. */
static bool before_restart(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	return regs->ax == __NR_restart_syscall ||
	       (syscall_get_nr(current, regs) != -1 &&
		syscall_get_error(current, regs) == -ERESTART_RESTARTBLOCK);
}

int tessera_thread_capture(struct tessera_task *member)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct state_thread *state;
	int ret;

	ret = tessera_task_state_alloc(member);
	if (ret)
		return ret;
	state = member->state;
	/* A critical section of user space ends here, as if it was preempted. */
	rseq_preempt(current);
	rseq_handle_notify_resume(NULL, regs);
	tessera_cpu_capture(state, member->xstate);
	call_capture(state);
	if (before_restart()) {
		/* A guest's may be at home already. */
		if (test_bit(MEMBER_RESTART_HOME, &member->flags))
			state->restart.kind = STATE_RESTART_HOME;
		else
			restart_capture(member, &state->restart);
	}
	state->index = member->index;
	state->tid = task_pid_vnr(current);
	state->blocked = test_restore_sigmask() ? current->saved_sigmask.sig[0] :
						  current->blocked.sig[0];
	state->alt_sp = current->sas_ss_sp;
	state->alt_size = current->sas_ss_size;
	state->alt_flags = current->sas_ss_flags;
	state->rseq = (unsigned long)current->rseq;
	state->rseq_len = current->rseq_len;
	state->rseq_sig = current->rseq_sig;
	state->robust_list = (unsigned long)current->robust_list;
	state->clear_child_tid = (unsigned long)current->clear_child_tid;
	get_task_comm(state->comm, current);
	state->nice = task_nice(current);
	state->policy = current->policy;
	state->slack_ns = current->timer_slack_ns;
	tessera_times_thread(&state->times);
	member->left = state->times;
	member->told = state->times;
	return 0;
}

/* Among the guests it is as nice as it was at home, and takes no more than its share. */
static void take_priority(const struct state_thread *state)
{
	const struct sched_param none = { };

	if (state->policy == SCHED_BATCH || state->policy == SCHED_IDLE)
		sched_setscheduler_nocheck(current, state->policy, &none);
	set_user_nice(current, clamp(state->nice, 0, MAX_NICE));
}

int tessera_thread_apply(struct tessera_task *member)
{
	const struct state_thread *state = member->state;
	sigset_t blocked = { .sig[0] = state->blocked };
	char comm[TASK_COMM_LEN];
	int ret;

	ret = tessera_cpu_apply(state, member->xstate);
	if (!ret)
		ret = restart_apply(member, &state->restart);
	if (ret)
		return ret;
	current->sas_ss_sp = state->alt_sp;
	current->sas_ss_size = state->alt_size;
	current->sas_ss_flags = state->alt_flags;
	clear_restore_sigmask();
	sigdelsetmask(&blocked, sigmask(SIGKILL) | sigmask(SIGSTOP));
	set_current_blocked(&blocked);
	strscpy(comm, state->comm, sizeof(comm));
	set_task_comm(current, comm);
	current->rseq = (struct rseq __user *)state->rseq;
	current->rseq_len = state->rseq_len;
	current->rseq_sig = state->rseq_sig;
	if (current->rseq)
		rseq_set_notify_resume(current);
	current->robust_list = (struct robust_list_head __user *)state->robust_list;
	current->clear_child_tid = (int __user *)state->clear_child_tid;
	if (member->group->guest) {
		take_priority(state);
		current->timer_slack_ns = state->slack_ns;
		tessera_times_set_thread(&state->times);
		member->told = state->times;
	} else {
		tessera_home_charge(member, &state->times);
	}
	tessera_task_state_free(member);
	return 0;
}
