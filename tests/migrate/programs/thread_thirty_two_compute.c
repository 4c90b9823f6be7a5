// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thirty-two threads move together; some compute, some sleep, some wait.
 */
#include "harness.h"

#define THREADS 32

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static int finished;
static volatile bool over;

static void *live(void *number)
{
	switch ((long)number % 3) {
	case 0:
		while (!over)
			compute(1000);
		break;
	case 1:
		while (!over)
			rest_ms(10);
		break;
	case 2:
		pthread_mutex_lock(&mutex);
		while (!over)
			pthread_cond_wait(&ended, &mutex);
		pthread_mutex_unlock(&mutex);
		break;
	}
	pthread_mutex_lock(&mutex);
	finished++;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	long i;

	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(live, (void *)i);
	ready();
	while (again(ROUNDS))
		compute(1000);
	pthread_mutex_lock(&mutex);
	over = true;
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	CHECK_EQ(finished, THREADS);
	return pass();
}
