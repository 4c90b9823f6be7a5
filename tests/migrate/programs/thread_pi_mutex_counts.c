// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads count under a mutex with priority inheritance, which one of them held
 * during the move.
 */
#include "harness.h"

static pthread_mutex_t mutex;
static unsigned long count;
static volatile bool over;

static void *add(void *unused)
{
	uintptr_t rounds = 0;

	(void)unused;
	while (!over) {
		CHECK_EQ(pthread_mutex_lock(&mutex), 0);
		count++;
		CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
		rounds++;
		compute(200);
	}
	return (void *)rounds;
}

int main(void)
{
	pthread_mutexattr_t inherits;
	unsigned long sum = 0, i;
	pthread_t threads[4];

	pthread_mutexattr_init(&inherits);
	pthread_mutexattr_setprotocol(&inherits, PTHREAD_PRIO_INHERIT);
	CHECK_EQ(pthread_mutex_init(&mutex, &inherits), 0);
	CHECK_EQ(pthread_mutex_lock(&mutex), 0);
	for (i = 0; i < COUNT(threads); i++)
		threads[i] = thread_start(add, NULL);
	ready();
	wait_moved();
	CHECK_EQ(count, 0);
	CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
	while (again(ROUNDS))
		compute(SPIN);
	over = true;
	for (i = 0; i < COUNT(threads); i++)
		sum += (uintptr_t)thread_join(threads[i]);
	CHECK_EQ(count, sum);
	return pass();
}
