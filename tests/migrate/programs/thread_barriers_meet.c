// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Four threads meet at a barrier again and again; none is a round ahead.
 */
#include "harness.h"

#define THREADS 4

static pthread_barrier_t barrier;
static volatile unsigned int rounds[THREADS];
static volatile bool over;

static void *meet(void *number)
{
	long n = (long)number;
	int i;

	while (!over) {
		rounds[n]++;
		pthread_barrier_wait(&barrier);
		for (i = 0; i < THREADS; i++)
			CHECK_EQ(rounds[i], rounds[n]);
		compute(100);
		pthread_barrier_wait(&barrier);
		/* Nobody is past this one before main has decided. */
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	bool on = true;
	long i;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(meet, (void *)i);
	ready();
	while (on) {
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		on = again(ROUNDS);
		over = !on;
		pthread_barrier_wait(&barrier);
	}
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	return pass();
}
