// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pthread_kill() reaches that thread; what is sent to the process reaches the
 * only thread that does not block it.
 */
#include <semaphore.h>

#include "harness.h"

#define THREADS 4

static pid_t tids[THREADS];
static volatile pid_t hit;
static sem_t begun, seen;
static volatile bool over;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	hit = gettid();
	sem_post(&seen);
}

static void *wait_for_signals(void *number)
{
	long n = (long)number;

	block(SIGUSR2, n != 2);
	tids[n] = gettid();
	sem_post(&begun);
	while (!over)
		rest_ms(1);
	return NULL;
}

static void expect(int number)
{
	while (sem_wait(&seen) < 0)
		CHECK_EQ(errno, EINTR);
	CHECK_EQ(hit, tids[number]);
}

int main(void)
{
	pthread_t threads[THREADS];
	long i;

	sem_init(&begun, 0, 0);
	sem_init(&seen, 0, 0);
	handle(SIGUSR1, note, SA_RESTART);
	handle(SIGUSR2, note, SA_RESTART);
	block(SIGUSR2, true);
	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(wait_for_signals, (void *)i);
	for (i = 0; i < THREADS; i++)
		sem_wait(&begun);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		for (i = 0; i < THREADS; i++) {
			CHECK_EQ(pthread_kill(threads[i], SIGUSR1), 0);
			expect(i);
		}
		CHECK_EQ(kill(getpid(), SIGUSR2), 0);
		expect(2);
	}
	over = true;
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	return pass();
}
