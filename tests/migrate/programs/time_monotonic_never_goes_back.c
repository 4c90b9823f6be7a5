// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CLOCK_MONOTONIC and its coarse and boot-time relatives, by the vDSO and by
 * the system call.
 */
#include "harness.h"

static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE,
				    CLOCK_BOOTTIME };

static int64_t called(clockid_t clock)
{
	struct timespec t;

	CHECK_EQ(syscall(SYS_clock_gettime, clock, &t), 0);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

int main(void)
{
	int64_t last[COUNT(clocks)] = { 0 }, t;
	unsigned int i, k;

	ready();
	while (again(ROUNDS)) {
		for (k = 0; k < 100; k++) {
			for (i = 0; i < COUNT(clocks); i++) {
				t = now(clocks[i]);
				CHECK(t >= last[i]);
				last[i] = t;
				t = called(clocks[i]);
				CHECK(t >= last[i]);
				last[i] = t;
			}
		}
	}
	return pass();
}
