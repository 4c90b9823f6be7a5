// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who locks a robust mutex whose owner has died is told, also when the owner took
 * it before the move.
 */
#include "harness.h"

static pthread_mutex_t mutex;
static pthread_barrier_t barrier;

static void *die_with_it(void *wait)
{
	CHECK_EQ(pthread_mutex_lock(&mutex), 0);
	if (wait) {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static void inherit(void)
{
	CHECK_EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
	CHECK_EQ(pthread_mutex_consistent(&mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
	CHECK_EQ(pthread_mutex_lock(&mutex), 0);
	CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
}

int main(void)
{
	pthread_mutexattr_t robust;
	pthread_t owner;

	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&mutex, &robust);
	pthread_barrier_init(&barrier, NULL, 2);
	owner = thread_start(die_with_it, &mutex);
	pthread_barrier_wait(&barrier);
	ready();
	wait_moved();
	CHECK_EQ(pthread_mutex_trylock(&mutex), EBUSY);
	pthread_barrier_wait(&barrier);
	inherit(); /* it may wait for the death */
	thread_join(owner);
	while (again(ROUNDS / 2)) {
		thread_join(thread_start(die_with_it, NULL));
		inherit();
	}
	return pass();
}
