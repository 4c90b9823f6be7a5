// SPDX-License-Identifier: GPL-2.0
/* See times.h. */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/posix-timers.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>

#include "state.h"
#include "thread.h"
#include "times.h"

/* Of all the addresses there are. */
#define MAXRSS_MAX	((u64)TASK_SIZE_MAX >> PAGE_SHIFT)

static void shown_get(struct prev_cputime *shown, struct state_times *ret)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&shown->lock, flags);
	ret->shown_utime = shown->utime;
	ret->shown_stime = shown->stime;
	raw_spin_unlock_irqrestore(&shown->lock, flags);
}

/* How time is divided into user's and system's is a guess, but one that only grows. */
static void shown_set(struct prev_cputime *shown, const struct state_times *times)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&shown->lock, flags);
	shown->utime = max(shown->utime, min(times->shown_utime, TESSERA_TIMES_MAX));
	shown->stime = max(shown->stime, min(times->shown_stime, TESSERA_TIMES_MAX));
	raw_spin_unlock_irqrestore(&shown->lock, flags);
}

static void add_counts(u64 counts[STATE_COUNTS], const struct task_struct *thread)
{
	counts[0] += thread->min_flt;
	counts[1] += thread->maj_flt;
	counts[2] += thread->nvcsw;
	counts[3] += thread->nivcsw;
}

static void add_ended_counts(u64 counts[STATE_COUNTS], const struct signal_struct *signal)
{
	counts[0] += signal->min_flt;
	counts[1] += signal->maj_flt;
	counts[2] += signal->nvcsw;
	counts[3] += signal->nivcsw;
}

static u64 maxrss(void)
{
	return max(current->signal->maxrss, get_mm_hiwater_rss(current->mm));
}

void tessera_times_thread(struct state_times *ret)
{
	*ret = (struct state_times) { };
	shown_get(&current->prev_cputime, ret);
	add_counts(ret->counts, current);
	ret->utime = current->utime;
	ret->stime = current->stime;
	ret->runtime = current->se.sum_exec_runtime;
}

void tessera_times_set_thread(const struct state_times *times)
{
	unsigned long flags;

	shown_set(&current->prev_cputime, times);
	/* The tick adds to these, too. */
	local_irq_save(flags);
	current->utime = min(times->utime, TESSERA_TIMES_MAX);
	current->stime = min(times->stime, TESSERA_TIMES_MAX);
	current->se.sum_exec_runtime = min(times->runtime, TESSERA_TIMES_MAX);
	current->min_flt = times->counts[0];
	current->maj_flt = times->counts[1];
	current->nvcsw = times->counts[2];
	current->nivcsw = times->counts[3];
	local_irq_restore(flags);
}

void tessera_times_ended(struct state_times *ret)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct signal_struct *signal = current->signal;

	*ret = (struct state_times) { .maxrss = maxrss() };
	shown_get(&signal->prev_cputime, ret);
	spin_lock_irq(&sighand->siglock);
	add_ended_counts(ret->counts, signal);
	ret->utime = signal->utime;
	ret->stime = signal->stime;
	ret->runtime = signal->sum_sched_runtime;
	spin_unlock_irq(&sighand->siglock);
}

void tessera_times_set_ended(const struct state_times *times)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct signal_struct *signal = current->signal;

	shown_set(&signal->prev_cputime, times);
	spin_lock_irq(&sighand->siglock);
	write_seqlock(&signal->stats_lock);
	signal->utime = min(times->utime, TESSERA_TIMES_MAX);
	signal->stime = min(times->stime, TESSERA_TIMES_MAX);
	signal->sum_sched_runtime = min(times->runtime, TESSERA_TIMES_MAX);
	signal->min_flt = times->counts[0];
	signal->maj_flt = times->counts[1];
	signal->nvcsw = times->counts[2];
	signal->nivcsw = times->counts[3];
	signal->maxrss = min(times->maxrss, MAXRSS_MAX);
	write_sequnlock(&signal->stats_lock);
	spin_unlock_irq(&sighand->siglock);
}

void tessera_times_process(struct state_times *ret)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct task_struct *thread;
	struct task_cputime all;

	*ret = (struct state_times) { .maxrss = maxrss() };
	shown_get(&current->signal->prev_cputime, ret);
	spin_lock_irq(&sighand->siglock);
	add_ended_counts(ret->counts, current->signal);
	for_each_thread(current, thread)
		add_counts(ret->counts, thread);
	spin_unlock_irq(&sighand->siglock);
	thread_group_cputime(current, &all);
	ret->utime = all.utime;
	ret->stime = all.stime;
	ret->runtime = all.sum_exec_runtime;
}

void tessera_times_show_process(const struct state_times *times)
{
	struct signal_struct *signal = current->signal;

	shown_set(&signal->prev_cputime, times);
	signal->maxrss = max_t(u64, signal->maxrss, min(times->maxrss, MAXRSS_MAX));
}

void tessera_times_bound(struct state_times *times, const struct state_times *left, u64 most)
{
	u64 shown = left->utime + left->stime + left->runtime + most;
	unsigned int i;

	/* Each of these takes longer than a nanosecond. */
	for (i = 0; i < STATE_COUNTS; i++)
		times->counts[i] = min(times->counts[i], left->counts[i] + most);
	times->utime = min(times->utime, left->utime + most);
	times->stime = min(times->stime, left->stime + most);
	times->runtime = min(times->runtime, left->runtime + most);
	times->shown_utime = min(times->shown_utime, shown);
	times->shown_stime = min(times->shown_stime, shown);
}

/* What is new, and from now on known. */
static u64 step(u64 now, u64 *told)
{
	u64 more = now > *told ? now - *told : 0;

	*told += more;
	return more;
}

void tessera_times_add(const struct state_times *now, struct state_times *told,
		       struct state_times *ret_added)
{
	unsigned long flags;
	unsigned int i;

	*ret_added = (struct state_times) { };
	for (i = 0; i < STATE_COUNTS; i++)
		ret_added->counts[i] = step(now->counts[i], &told->counts[i]);
	shown_set(&current->prev_cputime, now);
	ret_added->utime = step(now->utime, &told->utime);
	ret_added->stime = step(now->stime, &told->stime);
	ret_added->runtime = step(now->runtime, &told->runtime);
	local_irq_save(flags);
	current->utime += ret_added->utime;
	current->stime += ret_added->stime;
	current->se.sum_exec_runtime += ret_added->runtime;
	current->min_flt += ret_added->counts[0];
	current->maj_flt += ret_added->counts[1];
	current->nvcsw += ret_added->counts[2];
	current->nivcsw += ret_added->counts[3];
	local_irq_restore(flags);
	/* The sums that limits and timers of the process go by. */
	account_group_user_time(current, ret_added->utime);
	account_group_system_time(current, ret_added->stime);
	account_group_exec_runtime(current, ret_added->runtime);
}

void tessera_times_limit(void)
{
	unsigned long seconds = rlimit(RLIMIT_CPU);

	if (seconds != RLIM_INFINITY)
		update_rlimit_cpu(current, seconds);
}

void tessera_times_clocks(struct task_struct *task, u64 *ret_monotonic, u64 *ret_boottime)
{
	*ret_monotonic = ktime_get_ns();
	*ret_boottime = ktime_get_boottime_ns();
#ifdef CONFIG_TIME_NS
	task_lock(task);
	if (task->nsproxy) {
		const struct timens_offsets *ahead = &task->nsproxy->time_ns->offsets;

		*ret_monotonic += timespec64_to_ns(&ahead->monotonic);
		*ret_boottime += timespec64_to_ns(&ahead->boottime);
	}
	task_unlock(task);
#endif
}

s64 tessera_times_monotonic(void)
{
	struct timespec64 ts;

	ktime_get_ts64(&ts);
	timens_add_monotonic(&ts);
	return timespec64_to_ns(&ts);
}
