// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of a guest that wait for files or children, see marshal.h.
 *
 * Deadlines are kept here, so that the time left is told as the kernel does it,
 * whether the call was interrupted or not. A temporary signal mask is set here,
 * too: home runs a call with the mask that the guest has meanwhile, and a handler
 * that ends the call must run here under it. So home never sees the mask itself.
 */
#include <linux/compat.h>
#include <linux/eventpoll.h>
#include <linux/personality.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <linux/uaccess.h>
#include <asm/unistd.h>

#include "call_internal.h"
#include "group.h"
#include "guest.h"
#include "marshal.h"

#define EVENTS_MAX	(CALL_CHUNK / sizeof(struct epoll_event))

/*
 * After the call: as restore_saved_sigmask_unless(), but what interrupted it need
 * not be pending here any more. The way out to user mode looks after the mask then.
 */
static void mask_done(bool interrupted)
{
	if (interrupted)
		set_thread_flag(TIF_SIGPENDING);
	else
		restore_saved_sigmask();
}

static int put_timespec(struct tessera_call *call, unsigned int arg, const struct timespec64 *ts)
{
	struct __kernel_timespec raw = { .tv_sec = ts->tv_sec, .tv_nsec = ts->tv_nsec };
	u32 offset;
	int ret;

	ret = call_put(call, &raw, sizeof(raw), &offset);
	if (!ret)
		call_point_arg(call, arg, offset);
	return ret;
}

/* --- how poll and select end --- */

static bool put_left(void __user *to, bool timeval, const struct timespec64 *left)
{
	struct __kernel_old_timeval tv = { };

	if (!timeval)
		return !put_timespec64(left, to);
	tv.tv_sec = left->tv_sec;
	tv.tv_usec = left->tv_nsec / NSEC_PER_USEC;
	return !copy_to_user(to, &tv, sizeof(tv));
}

/* As poll_select_finish(): `to` is where the program gave the time. */
static long finish(long ret, const struct timespec64 *end, void __user *to, bool timeval)
{
	struct timespec64 left;

	mask_done(ret == -ERESTARTNOHAND);
	/* It is issued again at home, all of it. */
	if (!to || ret == CALL_GO_HOME || ret == -E2BIG)
		return ret;
	if (!(current->personality & STICKY_TIMEOUTS)) {
		if (!end->tv_sec && !end->tv_nsec)
			return ret;
		ktime_get_ts64(&left);
		left = timespec64_sub(*end, left);
		if (left.tv_sec < 0)
			left = (struct timespec64) { };
		if (put_left(to, timeval, &left))
			return ret;
	}
	/* Not told: then it must not be restarted, it would wait for too long. */
	return ret == -ERESTARTNOHAND ? -EINTR : ret;
}

/* --- poll --- */

/* What poll() writes, and nothing else: other threads may change the rest. */
static long put_revents(struct tessera_call *call, u32 offset, struct pollfd __user *fds,
			u32 count, long ret)
{
	struct pollfd fd = { };
	u32 i;

	if (ret < 0 && ret != -ERESTARTNOHAND)
		return ret;
	for (i = 0; i < count; i++) {
		if (ret >= 0 && call_returned(call, offset + i * sizeof(fd), &fd, sizeof(fd)))
			return -EFAULT;
		if (put_user(fd.revents, &fds[i].revents))
			return -EFAULT;
	}
	return ret;
}

/* All polling is ppoll() at home: it leaves no restart block there. */
static long poll_run(struct tessera_call *call, struct pollfd __user *fds, u32 count,
		     const struct timespec64 *timeout)
{
	size_t size = count * sizeof(*fds);
	u32 offset;
	int ret;

	if (count > CALL_CHUNK / sizeof(*fds))
		return -E2BIG;
	ret = call_put_user(call, fds, size, &offset);
	if (!ret && size)
		ret = call_return(call, offset, NULL, size);
	if (ret)
		return ret;
	call_point_arg(call, 0, offset);
	call_set_nr(call, __NR_ppoll);
	call_set_arg(call, 1, count);
	call_set_arg(call, 2, 0);
	call_set_arg(call, 3, 0);
	call_set_arg(call, 4, 0);
	ret = timeout ? put_timespec(call, 2, timeout) : 0;
	return ret ?: put_revents(call, offset, fds, count, call_run(call));
}

static long poll_interrupted(struct pollfd __user *fds, u32 count, const struct timespec64 *end)
{
	struct restart_block *block = &current->restart_block;

	block->poll.ufds = fds;
	block->poll.nfds = count;
	block->poll.has_timeout = !!end;
	if (end) {
		block->poll.tv_sec = end->tv_sec;
		block->poll.tv_nsec = end->tv_nsec;
	}
	return set_restart_fn(block, tessera_poll_restart);
}

long marshal_poll(struct tessera_call *call)
{
	struct pollfd __user *fds = (void __user *)call_arg(call, 0);
	u32 count = call_arg(call, 1);
	int ms = call_arg(call, 2);
	struct timespec64 timeout, end;
	long ret;

	if (ms >= 0) {
		timeout.tv_sec = ms / MSEC_PER_SEC;
		timeout.tv_nsec = (long)(ms % MSEC_PER_SEC) * NSEC_PER_MSEC;
		poll_select_set_timeout(&end, timeout.tv_sec, timeout.tv_nsec);
	}
	ret = poll_run(call, fds, count, ms >= 0 ? &timeout : NULL);
	if (ret == -ERESTARTNOHAND)
		ret = poll_interrupted(fds, count, ms >= 0 ? &end : NULL);
	return ret;
}

/* Run by the host's own restart_syscall(). */
long tessera_poll_restart(struct restart_block *block)
{
	static const unsigned long none[6];
	struct tessera_task *member = current->tessera;
	struct pollfd __user *fds = block->poll.ufds;
	struct timespec64 end, left = { };
	bool limited = block->poll.has_timeout;
	u32 count = block->poll.nfds;
	struct tessera_call *call;
	long ret;

	if (!member || !member->group->guest)
		return -EINTR;
	if (limited) {
		end.tv_sec = block->poll.tv_sec;
		end.tv_nsec = block->poll.tv_nsec;
		ktime_get_ts64(&left);
		left = timespec64_sub(end, left);
		if (left.tv_sec < 0)
			left = (struct timespec64) { };
	}
	call = tessera_call_begin(member, __NR_poll, none);
	if (!call)
		return -ENOMEM;
	ret = poll_run(call, fds, count, limited ? &left : NULL);
	tessera_call_end(call);
	/* More than fits, as it was begun at home: there it goes on. */
	if (ret == -E2BIG)
		tessera_guest_recall(member->group);
	if (ret == -ERESTARTNOHAND || ret == -E2BIG) {
		ret = poll_interrupted(fds, count, limited ? &end : NULL);
		set_thread_flag(TIF_SIGPENDING);
	}
	return ret;
}

/* The time that a program gives as a timespec; `ret_end` is when it is over. */
static int timespec_get(const void __user *from, struct timespec64 *ret, struct timespec64 *ret_end)
{
	if (!from)
		return 0;
	if (get_timespec64(ret, from))
		return -EFAULT;
	return poll_select_set_timeout(ret_end, ret->tv_sec, ret->tv_nsec);
}

long marshal_ppoll(struct tessera_call *call)
{
	void __user *timeout_at = (void __user *)call_arg(call, 2);
	struct timespec64 timeout, end;
	long ret;

	ret = timespec_get(timeout_at, &timeout, &end);
	if (ret)
		return ret;
	ret = set_user_sigmask((void __user *)call_arg(call, 3), call_arg(call, 4));
	if (ret)
		return ret;
	ret = poll_run(call, (void __user *)call_arg(call, 0), call_arg(call, 1),
		       timeout_at ? &timeout : NULL);
	return finish(ret, &end, timeout_at, false);
}

/* --- select --- */

static long select_run(struct tessera_call *call, const struct timespec64 *timeout)
{
	int n = call_arg(call, 0);
	unsigned int arg;
	int ret;

	if (n < 0)
		return -EINVAL;
	/* Home knows how much of it counts, and the rest is not ours to touch. */
	if (n > __FD_SETSIZE)
		return -E2BIG;
	for (arg = 1; arg <= 3; arg++) {
		ret = call_arg_inout(call, arg, BITS_TO_LONGS(n) * sizeof(long));
		if (ret)
			return ret;
	}
	call_set_nr(call, __NR_pselect6);
	call_set_arg(call, 4, 0);
	call_set_arg(call, 5, 0);
	ret = timeout ? put_timespec(call, 4, timeout) : 0;
	return ret ?: call_run(call);
}

long marshal_select(struct tessera_call *call)
{
	void __user *timeout_at = (void __user *)call_arg(call, 4);
	struct __kernel_old_timeval tv;
	struct timespec64 timeout, end;

	if (timeout_at) {
		if (copy_from_user(&tv, timeout_at, sizeof(tv)))
			return -EFAULT;
		timeout.tv_sec = tv.tv_sec + tv.tv_usec / USEC_PER_SEC;
		timeout.tv_nsec = (tv.tv_usec % USEC_PER_SEC) * NSEC_PER_USEC;
		if (poll_select_set_timeout(&end, timeout.tv_sec, timeout.tv_nsec))
			return -EINVAL;
	}
	return finish(select_run(call, timeout_at ? &timeout : NULL), &end, timeout_at, true);
}

long marshal_pselect6(struct tessera_call *call)
{
	void __user *timeout_at = (void __user *)call_arg(call, 4);
	void __user *pack_at = (void __user *)call_arg(call, 5);
	struct { const sigset_t __user *mask; size_t size; } pack = { };
	struct timespec64 timeout, end;
	long ret;

	if (pack_at && copy_from_user(&pack, pack_at, sizeof(pack)))
		return -EFAULT;
	ret = timespec_get(timeout_at, &timeout, &end);
	if (ret)
		return ret;
	ret = set_user_sigmask(pack.mask, pack.size);
	if (ret)
		return ret;
	return finish(select_run(call, timeout_at ? &timeout : NULL), &end, timeout_at, false);
}

/* --- epoll --- */

long marshal_epoll_ctl(struct tessera_call *call)
{
	int ret = 0;

	/* To remove a file, programs give whatever pointer they like. */
	if ((int)call_arg(call, 1) == EPOLL_CTL_DEL)
		call_set_arg(call, 3, 0);
	else
		ret = call_arg_in(call, 3, sizeof(struct epoll_event));
	return ret ?: call_run(call);
}

static long epoll_run(struct tessera_call *call)
{
	struct timespec64 timeout;
	int count = call_arg(call, 2);
	int ret = 0;

	if (count > 0 && count <= INT_MAX / (int)sizeof(struct epoll_event)) {
		count = min_t(int, count, EVENTS_MAX);
		call_set_arg(call, 2, count);
		ret = call_arg_out(call, 1, count * sizeof(struct epoll_event),
				   sizeof(struct epoll_event));
	} else {
		call_set_arg(call, 1, 0);	/* home refuses that */
	}
	if (!ret && call_nr(call) == __NR_epoll_pwait2 && call_arg(call, 3)) {
		if (get_timespec64(&timeout, (void __user *)call_arg(call, 3)))
			return -EFAULT;
		ret = put_timespec(call, 3, &timeout);
	}
	call_set_arg(call, 4, 0);
	call_set_arg(call, 5, 0);
	return ret ?: call_run(call);
}

/* epoll_wait, epoll_pwait and epoll_pwait2. */
long marshal_epoll_wait(struct tessera_call *call)
{
	long ret;

	if (call_nr(call) == __NR_epoll_wait)
		return epoll_run(call);
	ret = set_user_sigmask((void __user *)call_arg(call, 4), call_arg(call, 5));
	if (ret)
		return ret;
	ret = epoll_run(call);
	mask_done(ret == -EINTR || ret == -ERESTARTNOHAND || ret == -ERESTARTNOINTR);
	return ret;
}

/* --- children --- */

/* The fields that waitid() writes: up to the status, and not the padding. */
#define WAIT_INFO_SIZE	(offsetof(siginfo_t, si_status) + sizeof(int))

static int wait_info_none(siginfo_t __user *info)
{
	if (put_user(0, &info->si_signo) || put_user(0, &info->si_errno) ||
	    put_user(0, &info->si_code) || put_user(0, &info->si_pid) ||
	    put_user(0, &info->si_uid) || put_user(0, &info->si_status))
		return -EFAULT;
	return 0;
}

/* The buffers go along, too: home writes to them only when there is a child. */
long marshal_waitid(struct tessera_call *call)
{
	siginfo_t __user *info = (void __user *)call_arg(call, 2);
	long ret;

	ret = call_arg_inout(call, 2, WAIT_INFO_SIZE);
	if (!ret)
		ret = call_arg_inout(call, 4, sizeof(struct rusage));
	if (ret)
		return ret;
	ret = call_run(call);
	/* Even an error is told there. */
	if (ret < 0 && info && wait_info_none(info))
		return -EFAULT;
	return ret;
}
