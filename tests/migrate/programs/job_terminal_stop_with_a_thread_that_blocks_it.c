// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIGTSTP stops all threads of the process, as a child at home sees it, also if
 * one of them blocks all signals while it computes or reads; SIGCONT lets them
 * go on.
 */
#include <semaphore.h>

#include "harness.h"

#define STOPS 10

static volatile sig_atomic_t continued;
static volatile bool computes;
static pid_t blocker;
static int fed[2], order[2];
static sem_t there;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	continued++;
}

static void *block_all(void *unused)
{
	sigset_t all;
	char byte;

	sigfillset(&all);
	CHECK_EQ(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
	blocker = gettid();
	sem_post(&there);
	while (read(fed[0], &byte, 1) == 1) {
		while (computes)
			compute(SPIN);
	}
	return unused;
}

static void stop_and_continue(void *unused)
{
	pid_t member = adopt_group(), process = getppid();
	char byte;

	(void)unused;
	while (read(order[0], &byte, 1) == 1 && byte) {
		CHECK_EQ(kill(process, SIGTSTP), 0);
		await_stop(process);
		await_stop(blocker);
		rest_ms(10);
		CHECK_EQ(kill(process, SIGCONT), 0);
	}
	CHECK_EQ(kill(member, SIGKILL), 0);
}

int main(void)
{
	pthread_t thread;
	int before, i;
	pid_t stopper;

	CHECK_EQ(pipe(fed), 0);
	CHECK_EQ(pipe(order), 0);
	sem_init(&there, 0, 0);
	handle(SIGCONT, note, SA_RESTART);
	thread = thread_start(block_all, NULL);
	sem_wait(&there);
	stopper = child(stop_and_continue, NULL);
	ready();
	wait_moved();
	for (i = 0; i < STOPS; i++) {
		computes = i % 2;
		if (computes)
			CHECK_EQ(write(fed[1], "x", 1), 1);
		before = continued;
		CHECK_EQ(write(order[1], "x", 1), 1);
		while (continued == before) {
			compute(SPIN);
			CHECK_EQ(waitpid(stopper, NULL, WNOHANG), 0);
		}
		CHECK_EQ(continued, before + 1);
	}
	computes = false;
	CHECK_EQ(write(order[1], "", 1), 1);
	child_passed(stopper);
	close(fed[1]);
	thread_join(thread);
	return pass();
}
