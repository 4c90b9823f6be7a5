// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that stops itself is in state T for a child at home, and computes on
 * when that one sends SIGCONT.
 */
#include "harness.h"

static void wake(void *fds)
{
	int asks = *(int *)fds;
	char byte;

	while (read(asks, &byte, 1) == 1 && byte) {
		await_stop(getppid());
		rest_ms(10);
		CHECK_EQ(state_of(getppid()), 'T');
		CHECK_EQ(kill(getppid(), SIGCONT), 0);
	}
}

int main(void)
{
	static volatile sig_atomic_t stopped;
	int fds[2], i;
	pid_t waker;

	CHECK_EQ(pipe(fds), 0);
	waker = child(wake, fds);
	ready();
	wait_moved();
	for (i = 0; i < FEW_ROUNDS / 2; i++) {
		stopped = i;
		CHECK_EQ(write(fds[1], "x", 1), 1);
		CHECK_EQ(raise(SIGSTOP), 0);
		CHECK_EQ(stopped, i);
		compute(SPIN);
	}
	CHECK_EQ(write(fds[1], "", 1), 1);
	child_passed(waker);
	return pass();
}
