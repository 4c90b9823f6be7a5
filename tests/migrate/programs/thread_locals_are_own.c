// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thread-local variables, initialised and not, and those by key whose destructors
 * run at a thread's end.
 */
#include "harness.h"

#define THREADS 4

static _Thread_local uint64_t started_at = 4711, counted, block_of[64];
static pthread_barrier_t moved_barrier;
static pthread_key_t key;
static int destroyed[THREADS];

static void destroy(void *place)
{
	++*(int *)place;
}

static void *use_own(void *place)
{
	uint64_t number = (int *)place - destroyed;
	int i;

	CHECK_EQ(started_at, 4711);
	CHECK_EQ(counted, 0);
	started_at = number;
	fill(block_of, sizeof(block_of), number);
	pthread_setspecific(key, place);
	pthread_barrier_wait(&moved_barrier);
	pthread_barrier_wait(&moved_barrier);
	for (i = 0; i < ROUNDS; i++) {
		counted++;
		compute(1000);
		CHECK_EQ(started_at, number);
		CHECK_EQ(counted, i + 1);
		CHECK(filled(block_of, sizeof(block_of), number));
		CHECK(pthread_getspecific(key) == place);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	int i;

	pthread_key_create(&key, destroy);
	pthread_barrier_init(&moved_barrier, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(use_own, &destroyed[i]);
	pthread_barrier_wait(&moved_barrier);
	ready();
	wait_moved();
	pthread_barrier_wait(&moved_barrier);
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	CHECK_EQ(started_at, 4711);
	for (i = 0; i < THREADS; i++)
		CHECK_EQ(destroyed[i], 1);
	return pass();
}
