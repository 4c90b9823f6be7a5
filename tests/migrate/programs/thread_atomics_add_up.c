// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Four threads add to one number without a lock.
 */
#include <stdatomic.h>

#include "harness.h"

static atomic_ulong sum;
static volatile bool over;

static void *add(void *unused)
{
	uintptr_t rounds = 0;

	(void)unused;
	for (; !over; rounds++)
		atomic_fetch_add(&sum, 3);
	return (void *)rounds;
}

int main(void)
{
	unsigned long expected = 0, i;
	pthread_t threads[4];

	for (i = 0; i < COUNT(threads); i++)
		threads[i] = thread_start(add, NULL);
	ready();
	while (again(ROUNDS))
		compute(SPIN);
	over = true;
	for (i = 0; i < COUNT(threads); i++)
		expected += 3 * (uintptr_t)thread_join(threads[i]);
	CHECK_EQ(sum, expected);
	return pass();
}
