// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nice value and the scheduling policy, as the process and /proc tell them,
 * also when they are changed after the move.
 */
#include <sys/resource.h>

#include "harness.h"

static int limited(int nice)
{
	return nice < 19 ? nice : 19;
}

static int nice_in_proc(void)
{
	const char *rest = strrchr(text_of("/proc/self/stat"), ')');
	int nice = 0, i;

	CHECK(rest);
	for (i = 2; i < 19; i++) { /* it is the 19th word, the name the 2nd */
		rest = strchr(rest + 1, ' ');
		CHECK(rest);
	}
	CHECK_EQ(sscanf(rest, "%d", &nice), 1);
	return nice;
}

static void check_nice(int wanted)
{
	CHECK_EQ(getpriority(PRIO_PROCESS, 0), wanted);
	CHECK_EQ(nice_in_proc(), wanted);
}

int main(void)
{
	int first = getpriority(PRIO_PROCESS, 0);
	struct sched_param param;

	CHECK_EQ(nice(7), limited(first + 7));
	ready();
	wait_moved();
	check_nice(limited(first + 7));
	CHECK_EQ(nice(2), limited(first + 9));
	check_nice(limited(first + 9));
	CHECK_EQ(setpriority(PRIO_PROCESS, 0, limited(first + 10)), 0);
	while (again(ROUNDS / 4)) {
		check_nice(limited(first + 10));
		CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
		CHECK_EQ(sched_getparam(0, &param), 0);
		CHECK_EQ(param.sched_priority, 0);
		CHECK_EQ(sched_get_priority_max(SCHED_FIFO), 99);
	}
	return pass();
}
