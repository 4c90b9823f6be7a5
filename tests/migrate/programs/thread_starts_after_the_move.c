// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * New threads after the move have a stack and a number of their own, and end.
 */
#include "harness.h"

static pid_t leader;

static void *live(void *number)
{
	volatile char stack[64 * 1024];
	uintptr_t n = (uintptr_t)number;

	stack[0] = n;
	CHECK_EQ(getpid(), leader);
	CHECK(gettid() != leader);
	CHECK_EQ(tgkill(leader, gettid(), 0), 0);
	CHECK_EQ(stack[0], (char)n);
	return (void *)(n + 1);
}

int main(void)
{
	pthread_t threads[8];
	uintptr_t i;

	leader = getpid();
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		for (i = 0; i < COUNT(threads); i++)
			threads[i] = thread_start(live, (void *)i);
		for (i = 0; i < COUNT(threads); i++)
			CHECK_EQ((uintptr_t)thread_join(threads[i]), i + 1);
	}
	return pass();
}
