// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signals for the process come to those threads that there are: none is lost with
 * a thread that ends.
 */
#include <stdatomic.h>

#include "harness.h"

#define THREADS 24
#define PER_THREAD 8
#define SIGNALS (THREADS * PER_THREAD)

static atomic_int seen[SIGNALS];
static atomic_int count;
static volatile bool go;

static void note(int signal, siginfo_t *info, void *context)
{
	int number = info->si_value.sival_int;

	(void)signal, (void)context;
	if (number >= 0 && number < SIGNALS)
		atomic_fetch_add(&seen[number], 1);
	atomic_fetch_add(&count, 1);
}

static void send_all(void *order)
{
	union sigval value;
	int *fds = order;
	char byte;

	close(fds[1]);
	CHECK_EQ(read(fds[0], &byte, 1), 1);
	for (value.sival_int = 0; value.sival_int < SIGNALS;
	     value.sival_int++) {
		CHECK_EQ(sigqueue(getppid(), SIGRTMIN, value), 0);
		rest_ms(1);
	}
}

/* One after the other, while signals come. */
static void *end_soon(void *argument)
{
	long turn = (long)argument;

	while (!go)
		compute(100);
	while (count < turn * PER_THREAD)
		compute(10);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	int64_t deadline;
	int fds[2];
	pid_t sender;
	long i;

	CHECK_EQ(pipe(fds), 0);
	handle(SIGRTMIN, note, SA_RESTART);
	sender = child(send_all, fds);
	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(end_soon, (void *)i);
	ready();
	wait_moved();
	CHECK_EQ(write(fds[1], "x", 1), 1);
	go = true;
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	child_passed(sender);
	deadline = now(CLOCK_MONOTONIC) + 10 * 1000 * MS;
	while (count < SIGNALS && now(CLOCK_MONOTONIC) < deadline)
		rest_ms(10);
	for (i = 0; i < SIGNALS; i++)
		CHECK_EQ(seen[i], 1);
	return pass();
}
