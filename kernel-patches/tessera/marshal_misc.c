// SPDX-License-Identifier: GPL-2.0
/*
 * Other calls of a guest whose arguments have to be looked at, see marshal.h.
 */
#include <linux/times.h>
#include <linux/sched/cputime.h>
#include <linux/jiffies.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/pid.h>
#include <linux/posix-timers.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <linux/uaccess.h>
#include <asm/prctl.h>
#include <asm/unistd.h>
#include <uapi/linux/sched/types.h>

#include "marshal.h"

/* --- who it is --- */

long marshal_getgroups(struct tessera_call *call)
{
	const int most = CALL_CHUNK / sizeof(gid_t);
	int count = call_arg(call, 0);
	long ret;

	if (count > most)
		call_set_arg(call, 0, most);
	ret = call_arg_out(call, 1, clamp(count, 0, most) * sizeof(gid_t), sizeof(gid_t));
	if (ret)
		return ret;
	ret = call_run(call);
	return ret == -EINVAL && count > most ? CALL_GO_HOME : ret;
}

/* --- locks in memory --- */

/*
 * Some futex operations touch their words where a fault cannot wait for home: so
 * the pages are brought before. That they are not there is for the call to say.
 */
long marshal_futex(struct tessera_call *call)
{
	u32 word __maybe_unused;

	if (get_user(word, (u32 __user *)call_arg(call, 0)))
		return CALL_RUN_LOCAL;
	switch (call_arg(call, 1) & FUTEX_CMD_MASK) {
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_WAKE_OP:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_CMP_REQUEUE_PI:
		if (get_user(word, (u32 __user *)call_arg(call, 4)))
			break;
	}
	return CALL_RUN_LOCAL;
}

/* Another task's list is known where that task is. */
long marshal_robust_list(struct tessera_call *call)
{
	pid_t pid = call_arg(call, 0);

	return !pid || pid == task_pid_vnr(current) ? CALL_RUN_LOCAL : CALL_GO_HOME;
}

/* --- prctl and its like --- */

/* What both nodes have to know: home first, because it may refuse. */
static long both(struct tessera_call *call)
{
	long ret = call_run(call);

	return ret < 0 ? ret : CALL_RUN_LOCAL;
}

static long prctl_value(struct tessera_call *call, int option)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
	case PR_GET_DUMPABLE:
	case PR_SET_DUMPABLE:		/* here, nobody may look at it ever */
	case PR_GET_KEEPCAPS:
	case PR_SET_KEEPCAPS:
	case PR_GET_TIMING:
	case PR_SET_TIMING:
	case PR_GET_SECCOMP:
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
	case PR_GET_SECUREBITS:
	case PR_SET_SECUREBITS:
	case PR_GET_TIMERSLACK:
	case PR_TASK_PERF_EVENTS_DISABLE:
	case PR_TASK_PERF_EVENTS_ENABLE:
	case PR_MCE_KILL:
	case PR_MCE_KILL_GET:
	case PR_SET_CHILD_SUBREAPER:
	case PR_SET_NO_NEW_PRIVS:
	case PR_GET_NO_NEW_PRIVS:
	case PR_GET_THP_DISABLE:
	case PR_SET_THP_DISABLE:	/* here there are none, see forbid_huge_pages() */
	case PR_CAP_AMBIENT:
	case PR_GET_SPECULATION_CTRL:
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER:
	case PR_GET_MDWE:
	case PR_GET_MEMORY_MERGE:
	case PR_SET_PTRACER:
		return call_run(call);
	}
	/* Among them: PR_SET_MM and what changes the processor or the filters. */
	return CALL_GO_HOME;
}

long marshal_prctl(struct tessera_call *call)
{
	int option = call_arg(call, 0);
	int ret;

	switch (option) {
	case PR_GET_NAME:
	case PR_GET_AUXV:
	case PR_GET_TID_ADDRESS:
	case PR_SET_VMA:		/* a name for a mapping; lost at home */
		return CALL_RUN_LOCAL;
	case PR_SET_NAME:
		ret = call_arg_string(call, 1);
		return ret ?: both(call);
	case PR_SET_TIMERSLACK:
		return both(call);
	case PR_GET_PDEATHSIG:
	case PR_GET_CHILD_SUBREAPER:
		ret = call_arg_out(call, 1, sizeof(int), 0);
		return ret ?: call_run(call);
	}
	return prctl_value(call, option);
}

long marshal_arch_prctl(struct tessera_call *call)
{
	switch ((int)call_arg(call, 0)) {
	case ARCH_SET_FS:
	case ARCH_GET_FS:
	case ARCH_SET_GS:
	case ARCH_GET_GS:
		return CALL_RUN_LOCAL;
	}
	return CALL_GO_HOME;	/* CPUID faulting, AMX, shadow stacks: of the processor */
}

long marshal_personality(struct tessera_call *call)
{
	return (u32)call_arg(call, 0) == 0xffffffff ? call_run(call) : CALL_GO_HOME;
}

/* --- signals and time --- */

/* Home wants to know what is ignored; the old action is told here. */
long marshal_sigaction(struct tessera_call *call)
{
	int ret;

	if (!call_arg(call, 1))
		return CALL_RUN_LOCAL;
	ret = call_arg_in(call, 1, sizeof(struct sigaction));
	call_set_arg(call, 2, 0);
	return ret ?: both(call);
}

static bool cpu_clock(clockid_t clock)
{
	return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID ||
	       (clock < 0 && (clock & CLOCKFD_MASK) != CLOCKFD);
}

/*
 * Clocks of this process; threads can only be asked for within it. Its CPU clocks
 * count what it used here, and the engine adds what it had used before.
 */
static bool clock_here(clockid_t clock)
{
	pid_t pid;

	if (clock >= 0)
		return true;
	if (!cpu_clock(clock))
		return false;	/* a device's, by its descriptor */
	pid = CPUCLOCK_PID(clock);
	return CPUCLOCK_PERTHREAD(clock) || !pid || pid == task_tgid_vnr(current);
}

/* clock_gettime and clock_getres */
long marshal_clock(struct tessera_call *call)
{
	int ret;

	if (clock_here(call_arg(call, 0)))
		return CALL_RUN_LOCAL;
	ret = call_arg_out(call, 1, sizeof(struct __kernel_timespec), 0);
	return ret ?: call_run(call);
}

/* Its own time is counted here; what its children used, at home. */
long marshal_getrusage(struct tessera_call *call)
{
	int ret;

	if ((int)call_arg(call, 0) != RUSAGE_CHILDREN)
		return CALL_RUN_LOCAL;
	ret = call_arg_out(call, 1, sizeof(struct rusage), 0);
	return ret ?: call_run(call);
}

long marshal_times(struct tessera_call *call)
{
	struct tms __user *to = (void __user *)call_arg(call, 0);
	u64 utime, stime;
	long ret;

	ret = call_arg_out(call, 0, sizeof(*to), 0);
	if (!ret)
		ret = call_run(call);
	if (!to || IS_ERR_VALUE(ret) || ret == CALL_GO_HOME)
		return ret;
	thread_group_cputime_adjusted(current, &utime, &stime);
	if (put_user(nsec_to_clock_t(utime), &to->tms_utime) ||
	    put_user(nsec_to_clock_t(stime), &to->tms_stime))
		return -EFAULT;
	return ret;
}

long marshal_nanosleep(struct tessera_call *call)
{
	clockid_t clock = call_arg(call, 0);

	/* To wake up a machine takes a right that only home can look at. */
	if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM)
		return CALL_GO_HOME;
	/* Its CPU time before the move is no time of this kernel's clock. */
	return clock < 0 || cpu_clock(clock) ? CALL_GO_HOME : CALL_RUN_LOCAL;
}

/* A timer of CPU time counts where the time is used: at home, once it is there. */
long marshal_timer_create(struct tessera_call *call)
{
	int ret;

	if (cpu_clock(call_arg(call, 0)))
		return CALL_GO_HOME;
	ret = call_arg_in(call, 1, sizeof(struct sigevent));
	if (!ret)
		ret = call_arg_out(call, 2, sizeof(timer_t), 0);
	return ret ?: call_run(call);
}

/* getitimer and setitimer */
long marshal_itimer(struct tessera_call *call)
{
	const size_t size = sizeof(struct __kernel_old_itimerval);
	int which = call_arg(call, 0);
	int ret;

	if (which == ITIMER_VIRTUAL || which == ITIMER_PROF)
		return CALL_GO_HOME;
	if (call_nr(call) == __NR_getitimer) {
		ret = call_arg_out(call, 1, size, 0);
	} else {
		ret = call_arg_in(call, 1, size);
		if (!ret)
			ret = call_arg_out(call, 2, size, 0);
	}
	return ret ?: call_run(call);
}

/* --- limits and scheduling --- */

/* A new limit counts at the host as well: it is set at home, and moves from there. */
long marshal_prlimit(struct tessera_call *call)
{
	int ret;

	if (call_arg(call, 2))
		return CALL_GO_HOME;
	ret = call_arg_out(call, 3, sizeof(struct rlimit64), 0);
	return ret ?: call_run(call);
}

long marshal_sched_getattr(struct tessera_call *call)
{
	u32 size = call_arg(call, 2);
	int ret = call_arg_out(call, 1, min_t(u32, size, sizeof(struct sched_attr)), 0);

	return ret ?: call_run(call);
}

/* --- System V semaphores and messages --- */

/* semop and semtimedop */
long marshal_semop(struct tessera_call *call)
{
	u32 count = call_arg(call, 2);
	int ret;

	if (count > CALL_CHUNK / sizeof(struct sembuf))
		return CALL_GO_HOME;
	ret = call_arg_in(call, 1, count * sizeof(struct sembuf));
	if (!ret && call_nr(call) == __NR_semtimedop)
		ret = call_arg_in(call, 3, sizeof(struct __kernel_timespec));
	return ret ?: call_run(call);
}

long marshal_semctl(struct tessera_call *call)
{
	int ret;

	switch ((int)call_arg(call, 2)) {
	case IPC_RMID:
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
	case SETVAL:
		ret = 0;
		break;
	case IPC_SET:
		ret = call_arg_in(call, 3, sizeof(struct semid64_ds));
		break;
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		ret = call_arg_out(call, 3, sizeof(struct semid64_ds), 0);
		break;
	case IPC_INFO:
	case SEM_INFO:
		ret = call_arg_out(call, 3, sizeof(struct seminfo), 0);
		break;
	default:
		return CALL_GO_HOME;	/* GETALL, SETALL: only home knows how many */
	}
	return ret ?: call_run(call);
}

long marshal_msgsnd(struct tessera_call *call)
{
	size_t size = call_arg(call, 2);
	int ret;

	if (size > CALL_CHUNK)
		return CALL_GO_HOME;
	ret = call_arg_in(call, 1, sizeof(long) + size);
	return ret ?: call_run(call);
}

/* The result does not count the type: what the message leaves is sent back as it was. */
long marshal_msgrcv(struct tessera_call *call)
{
	size_t size = call_arg(call, 2);
	int ret;

	if (size > CALL_CHUNK)
		return CALL_GO_HOME;
	ret = call_arg_inout(call, 1, sizeof(long) + size);
	return ret ?: call_run(call);
}

long marshal_msgctl(struct tessera_call *call)
{
	int ret;

	switch ((int)call_arg(call, 1)) {
	case IPC_RMID:
		ret = 0;
		break;
	case IPC_SET:
		ret = call_arg_in(call, 2, sizeof(struct msqid64_ds));
		break;
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		ret = call_arg_out(call, 2, sizeof(struct msqid64_ds), 0);
		break;
	case IPC_INFO:
	case MSG_INFO:
		ret = call_arg_out(call, 2, sizeof(struct msginfo), 0);
		break;
	default:
		return CALL_GO_HOME;
	}
	return ret ?: call_run(call);
}

/* --- POSIX message queues --- */

long marshal_mq_open(struct tessera_call *call)
{
	int ret = call_arg_string(call, 0);

	/* Without O_CREAT there need not be anything in its register. */
	if (!((int)call_arg(call, 1) & O_CREAT))
		call_set_arg(call, 3, 0);
	else if (!ret)
		ret = call_arg_in(call, 3, sizeof(struct mq_attr));
	return ret ?: call_run(call);
}

long marshal_mq_send(struct tessera_call *call)
{
	size_t size = call_arg(call, 2);
	int ret;

	if (size > CALL_CHUNK)
		return CALL_GO_HOME;
	ret = call_arg_in(call, 1, size);
	if (!ret)
		ret = call_arg_in(call, 4, sizeof(struct __kernel_timespec));
	return ret ?: call_run(call);
}

long marshal_mq_receive(struct tessera_call *call)
{
	size_t size = call_arg(call, 2);
	long ret;

	if (size > CALL_CHUNK)
		call_set_arg(call, 2, CALL_CHUNK);
	ret = call_arg_out(call, 1, min_t(size_t, size, CALL_CHUNK), 1);
	if (!ret)
		ret = call_arg_out(call, 3, sizeof(unsigned int), 0);
	if (!ret)
		ret = call_arg_in(call, 4, sizeof(struct __kernel_timespec));
	if (ret)
		return ret;
	ret = call_run(call);
	/* The queue's messages may be larger than a part. */
	return ret == -EMSGSIZE && size > CALL_CHUNK ? CALL_GO_HOME : ret;
}

long marshal_mq_notify(struct tessera_call *call)
{
	struct sigevent event = { };
	int ret;

	if (call_arg(call, 1) &&
	    copy_from_user(&event, (void __user *)call_arg(call, 1), sizeof(event)))
		return -EFAULT;
	/* Its value is the address of a cookie. */
	if (event.sigev_notify == SIGEV_THREAD)
		return CALL_GO_HOME;
	ret = call_arg_in(call, 1, sizeof(event));
	return ret ?: call_run(call);
}
