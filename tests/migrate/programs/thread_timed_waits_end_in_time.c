// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits with a deadline for a condition, a mutex and a semaphore are not too
 * short, on the monotonic clock and on that of the wall.
 */
#include <semaphore.h>

#include "harness.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static struct timespec soon(clockid_t clock)
{
	return timespec_of(now(clock) + 10 * MS);
}

static void *hold(void *barrier)
{
	pthread_mutex_lock(&held);
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	pthread_mutex_unlock(&held);
	return NULL;
}

int main(void)
{
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	pthread_barrier_t barrier;
	struct timespec until;
	pthread_t holder;
	int64_t begun;
	sem_t empty;

	sem_init(&empty, 0, 0);
	pthread_barrier_init(&barrier, NULL, 2);
	holder = thread_start(hold, &barrier);
	pthread_barrier_wait(&barrier);
	ready();
	while (again(FEW_ROUNDS)) {
		begun = now(CLOCK_MONOTONIC);
		until = soon(CLOCK_MONOTONIC);
		pthread_mutex_lock(&mutex);
		CHECK_EQ(pthread_cond_clockwait(&never, &mutex, CLOCK_MONOTONIC,
						&until),
			 ETIMEDOUT);
		pthread_mutex_unlock(&mutex);
		CHECK(now(CLOCK_MONOTONIC) - begun >= 10 * MS - SLACK);
		/* Clocks of the wall differ from node to node: no comparison. */
		until = soon(CLOCK_REALTIME);
		CHECK_EQ(pthread_mutex_timedlock(&held, &until), ETIMEDOUT);
		until = soon(CLOCK_REALTIME);
		CHECK_ERRNO(sem_timedwait(&empty, &until), ETIMEDOUT);
	}
	pthread_barrier_wait(&barrier);
	thread_join(holder);
	return pass();
}
