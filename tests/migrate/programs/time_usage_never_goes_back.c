// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * getrusage() and times() count on from where they were, and count what is
 * computed away from home.
 */
#include <sys/resource.h>
#include <sys/times.h>

#include "harness.h"

static int64_t user_time(int who)
{
	struct rusage usage;

	CHECK_EQ(getrusage(who, &usage), 0);
	return usage.ru_utime.tv_sec * 1000 * MS +
	       usage.ru_utime.tv_usec * 1000;
}

int main(void)
{
	int64_t first, last, t;
	clock_t ticks = 0;
	struct tms tms;

	compute(50 * SPIN);
	first = last = user_time(RUSAGE_SELF);
	ready();
	wait_moved();
	while (again(ROUNDS / 2) || last - first < 30 * MS) {
		compute(4 * SPIN);
		t = user_time(RUSAGE_SELF);
		CHECK(t >= last);
		last = t;
		CHECK(times(&tms) != -1);
		CHECK(tms.tms_utime >= ticks);
		ticks = tms.tms_utime;
	}
	CHECK_EQ(user_time(RUSAGE_CHILDREN), 0);
	return pass();
}
