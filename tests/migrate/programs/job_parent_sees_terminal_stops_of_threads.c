// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child with two threads, one of which blocks all signals, is stopped by
 * SIGTSTP and continued: its parent is told of both within seconds, wherever the
 * two are.
 */
#include "harness.h"

enum { BY_FIRST = 1, COMPUTING = 2, CASES = 4 };

static int runs[2], never[2];

static void block_all(void)
{
	sigset_t all;

	sigfillset(&all);
	CHECK_EQ(pthread_sigmask(SIG_SETMASK, &all, NULL), 0);
}

static void run_on(uintptr_t how)
{
	char byte;

	CHECK_EQ(write(runs[1], "x", 1), 1);
	while (how & COMPUTING)
		compute(SPIN);
	CHECK_EQ(read(never[0], &byte, 1), -2);
}

static void *be_second(void *how)
{
	if (!((uintptr_t)how & BY_FIRST))
		block_all();
	run_on((uintptr_t)how);
	return NULL;
}

static void be_two(void *how)
{
	/* In an orphaned group SIGTSTP does nothing. */
	CHECK_EQ(setpgid(0, 0), 0);
	thread_start(be_second, how);
	if ((uintptr_t)how & BY_FIRST)
		block_all();
	run_on((uintptr_t)how);
}

static pid_t start(uintptr_t how)
{
	pid_t pid = child(be_two, (void *)how);
	char byte;

	CHECK_EQ(read(runs[0], &byte, 1), 1);
	CHECK_EQ(read(runs[0], &byte, 1), 1);
	send_along(pid);
	return pid;
}

int main(void)
{
	int status, i;
	uintptr_t how;
	pid_t pid;

	CHECK_EQ(pipe(runs), 0);
	CHECK_EQ(pipe(never), 0);
	ready();
	wait_moved();
	for (how = 0; how < CASES; how++) {
		pid = start(how);
		for (i = 0; i < 10; i++) {
			CHECK_EQ(kill(pid, SIGTSTP), 0);
			status = status_soon(pid, WUNTRACED);
			CHECK(WIFSTOPPED(status));
			CHECK_EQ(WSTOPSIG(status), SIGTSTP);
			CHECK_EQ(kill(pid, SIGCONT), 0);
			status = status_soon(pid, WCONTINUED);
			CHECK(WIFCONTINUED(status));
		}
		kill_soon(pid);
	}
	return pass();
}
