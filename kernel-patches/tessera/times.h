/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU time goes with the process: what it has used is counted on where it runs, and
 * what it used elsewhere is its own at home. In nanoseconds. So do the other counts of
 * getrusage(), but for I/O, which is done at home.
 */
#ifndef _TESSERA_TIMES_H
#define _TESSERA_TIMES_H

#include <linux/bits.h>
#include <linux/types.h>

#define TESSERA_TIMES_MAX	BIT_ULL(60)	/* 36 years: a peer's nonsense overflows nothing */

struct state_times;
struct task_struct;

/* Of the current thread; and of those of its process that have ended. */
void tessera_times_thread(struct state_times *ret);
void tessera_times_ended(struct state_times *ret);
/* All of the current process, those that have ended included. */
void tessera_times_process(struct state_times *ret);

/* Host: they count on from there. */
void tessera_times_set_thread(const struct state_times *times);
void tessera_times_set_ended(const struct state_times *times);

/*
 * Home: `now` has been used there, of which `told` was known. The current thread is
 * charged with the rest, beside what it uses here for its calls.
 */
void tessera_times_add(const struct state_times *now, struct state_times *told,
		       struct state_times *ret_added);
/*
 * Home: what the host says, as far as it can be true: it has been there for so long,
 * and had this when it left.
 */
void tessera_times_bound(struct state_times *times, const struct state_times *left, u64 most);
/* Home: what getrusage() has said of the process there is not taken back here. */
void tessera_times_show_process(const struct state_times *times);

/* CLOCK_MONOTONIC as the current process sees it. */
s64 tessera_times_monotonic(void);
/* This and CLOCK_BOOTTIME as another process sees them; now. */
void tessera_times_clocks(struct task_struct *task, u64 *ret_monotonic, u64 *ret_boottime);

/* Its limit is looked after where it runs. */
void tessera_times_limit(void);

#endif /* _TESSERA_TIMES_H */
