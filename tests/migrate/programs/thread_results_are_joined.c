// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that began before the move compute through it; their results are
 * joined after it.
 */
#include "harness.h"

static volatile bool over;

static void *count(void *start)
{
	uintptr_t n = (uintptr_t)start;

	do {
		compute(SPIN);
		n += 8;
	} while (!over);
	return (void *)n;
}

int main(void)
{
	pthread_t threads[4];
	uintptr_t i, result;

	for (i = 0; i < COUNT(threads); i++)
		threads[i] = thread_start(count, (void *)i);
	ready();
	while (again(ROUNDS / 4))
		compute(SPIN);
	over = true;
	for (i = 0; i < COUNT(threads); i++) {
		result = (uintptr_t)thread_join(threads[i]);
		CHECK_EQ(result % 8, i);
		CHECK(result >= 8);
	}
	return pass();
}
