// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pthread_cancel() ends threads that block in a read, sleep or wait, and their
 * clean-up handlers run.
 */
#include <semaphore.h>

#include "harness.h"

#define THREADS 3

static int fds[2], cleaned;
static sem_t begun;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void clean_up(void *locked)
{
	if (!locked)
		pthread_mutex_lock(&mutex);
	cleaned++;
	pthread_mutex_unlock(&mutex);
}

static void *block_in_read(void *unused)
{
	char byte;

	pthread_cleanup_push(clean_up, NULL);
	sem_post(&begun);
	CHECK(read(fds[0], &byte, 1) > 1); /* never comes back */
	pthread_cleanup_pop(0);
	return unused;
}

static void *block_in_sleep(void *unused)
{
	pthread_cleanup_push(clean_up, NULL);
	sem_post(&begun);
	for (;;)
		sleep(1000);
	pthread_cleanup_pop(0);
	return unused;
}

static void *block_in_wait(void *unused)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(clean_up, &mutex);
	sem_post(&begun);
	for (;;)
		pthread_cond_wait(&never, &mutex);
	pthread_cleanup_pop(0);
	return unused;
}

int main(void)
{
	static void *(*const bodies[THREADS])(void *) = {
		block_in_read,
		block_in_sleep,
		block_in_wait,
	};
	pthread_t threads[THREADS];
	unsigned int i, k;

	CHECK_EQ(pipe(fds), 0);
	sem_init(&begun, 0, 0);
	ready();
	for (k = 0; again(FEW_ROUNDS); k++) {
		for (i = 0; i < THREADS; i++)
			threads[i] = thread_start(bodies[i], NULL);
		for (i = 0; i < THREADS; i++)
			sem_wait(&begun);
		if (k == 0)
			wait_moved();
		if (k % 2)
			rest_ms(5);
		cleaned = 0;
		for (i = 0; i < THREADS; i++)
			CHECK_EQ(pthread_cancel(threads[i]), 0);
		for (i = 0; i < THREADS; i++)
			CHECK(thread_join(threads[i]) == PTHREAD_CANCELED);
		CHECK_EQ(cleaned, THREADS);
	}
	return pass();
}
