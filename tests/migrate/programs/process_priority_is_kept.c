// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nice value and the scheduling policy.
 */
#include <sys/resource.h>

#include "harness.h"

static int limited(int nice)
{
	return nice < 19 ? nice : 19;
}

int main(void)
{
	int first = getpriority(PRIO_PROCESS, 0);
	struct sched_param param;

	CHECK_EQ(nice(3), limited(first + 3));
	ready();
	wait_moved();
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), limited(first + 3));
	CHECK_EQ(nice(2), limited(first + 5));
	while (again(ROUNDS / 4)) {
		CHECK_EQ(getpriority(PRIO_PROCESS, 0), limited(first + 5));
		CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
		CHECK_EQ(sched_getparam(0, &param), 0);
		CHECK_EQ(param.sched_priority, 0);
		CHECK_EQ(sched_get_priority_max(SCHED_FIFO), 99);
	}
	return pass();
}
