// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A write to a pipe that nobody reads raises SIGPIPE, or says EPIPE.
 */
#include "harness.h"

static volatile sig_atomic_t broken;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	broken++;
}

int main(void)
{
	int fds[2], i;

	handle(SIGPIPE, note, 0);
	ready();
	wait_moved();
	for (i = 1; i <= ROUNDS / 2; i++) {
		CHECK_EQ(pipe(fds), 0);
		CHECK_EQ(write(fds[1], "x", 1), 1);
		CHECK_EQ(close(fds[0]), 0);
		CHECK_ERRNO(write(fds[1], "x", 1), EPIPE);
		CHECK_EQ(broken, i);
		CHECK_EQ(close(fds[1]), 0);
	}
	signal(SIGPIPE, SIG_IGN);
	CHECK_EQ(pipe(fds), 0);
	close(fds[0]);
	CHECK_ERRNO(write(fds[1], "x", 1), EPIPE);
	return pass();
}
