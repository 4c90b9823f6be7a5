// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock_nanosleep() until a time on the clock, also one that has passed.
 */
#include "harness.h"

static int sleep_until(int64_t ns)
{
	struct timespec t = timespec_of(ns);

	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int main(void)
{
	int64_t next = now(CLOCK_MONOTONIC);

	ready();
	while (again(2 * FEW_ROUNDS)) {
		next += 20 * MS;
		CHECK_EQ(sleep_until(next), 0);
		CHECK(now(CLOCK_MONOTONIC) >= next - SLACK);
		CHECK_EQ(sleep_until(next - 1000 * MS), 0);
	}
	return pass();
}
