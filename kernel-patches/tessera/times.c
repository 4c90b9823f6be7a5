// SPDX-License-Identifier: GPL-2.0
/* See times.h. */
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>

#include "times.h"

#define LIMIT	(1ULL << 60)	/* 36 years: a peer's nonsense overflows nothing */

void tessera_times_used(u64 *ret_utime, u64 *ret_stime)
{
	thread_group_cputime_adjusted(current, ret_utime, ret_stime);
}

void tessera_times_charge(u64 utime, u64 stime)
{
	unsigned long flags;

	utime = min(utime, LIMIT);
	stime = min(stime, LIMIT);
	/* The tick adds to these, too. */
	local_irq_save(flags);
	current->utime += utime;
	current->stime += stime;
	current->se.sum_exec_runtime += utime + stime;
	account_group_user_time(current, utime);
	account_group_system_time(current, stime);
	account_group_exec_runtime(current, utime + stime);
	local_irq_restore(flags);
}
