// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Readers see no half of what a writer writes.
 */
#include "harness.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static volatile uint64_t first, second;
static volatile bool over;

static void *read_both(void *unused)
{
	while (!over) {
		pthread_rwlock_rdlock(&lock);
		CHECK_EQ(first, second);
		compute(50);
		CHECK_EQ(first, second);
		pthread_rwlock_unlock(&lock);
		sched_yield();
	}
	return unused;
}

int main(void)
{
	pthread_t threads[3];
	uint64_t before;
	unsigned int i;

	for (i = 0; i < COUNT(threads); i++)
		threads[i] = thread_start(read_both, NULL);
	ready();
	while (again(ROUNDS)) {
		pthread_rwlock_wrlock(&lock);
		before = first++;
		compute(500);
		second++;
		CHECK_EQ(second, before + 1);
		pthread_rwlock_unlock(&lock);
		sched_yield();
	}
	over = true;
	for (i = 0; i < COUNT(threads); i++)
		thread_join(threads[i]);
	return pass();
}
