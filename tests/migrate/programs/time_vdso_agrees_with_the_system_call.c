// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The time by the vDSO lies between two by system calls around it, for each
 * clock that the vDSO knows; getcpu() by it names a processor.
 */
#include "harness.h"

static int64_t called(clockid_t clock)
{
	struct timespec t;

	CHECK_EQ(syscall(SYS_clock_gettime, clock, &t), 0);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

int main(void)
{
	unsigned int cpu, node;

	ready();
	while (again(ROUNDS)) {
		int64_t before = called(CLOCK_MONOTONIC);
		int64_t between = now(CLOCK_MONOTONIC);

		CHECK(before <= between);
		CHECK(between <= called(CLOCK_MONOTONIC));
		CHECK(now(CLOCK_REALTIME) > 0);
		CHECK(time(NULL) > 0);
		CHECK_EQ(getcpu(&cpu, &node), 0);
		CHECK(cpu < CPU_SETSIZE);
	}
	return pass();
}
