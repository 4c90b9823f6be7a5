/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU time goes with the process: what it has used is counted on where it runs, and
 * what it used elsewhere is its own at home. In nanoseconds.
 */
#ifndef _TESSERA_TIMES_H
#define _TESSERA_TIMES_H

#include <linux/types.h>

struct state_times;

/* Of the current thread; and of those of its process that have ended. */
void tessera_times_thread(struct state_times *ret);
void tessera_times_ended(struct state_times *ret);
/* They count on from there. */
void tessera_times_set_thread(const struct state_times *times);
void tessera_times_set_ended(const struct state_times *times);

/* All of the current process, those that have ended included. */
void tessera_times_process(struct state_times *ret);
/* Home: the process has used that much in all; the current thread gets the rest. */
void tessera_times_charge(const struct state_times *total);

/* Its limit is looked after where it runs. */
void tessera_times_limit(void);

#endif /* _TESSERA_TIMES_H */
