// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child is stopped, and killed while it stands still: its parent is told of
 * both within seconds, wherever the two are.
 */
#include "harness.h"

static int runs[2], never[2];

static void run(void *computes)
{
	char byte;

	CHECK_EQ(write(runs[1], "x", 1), 1);
	while (computes)
		compute(SPIN);
	CHECK_EQ(read(never[0], &byte, 1), -2);
}

int main(void)
{
	int status, i;
	char byte;
	pid_t pid;

	CHECK_EQ(pipe(runs), 0);
	CHECK_EQ(pipe(never), 0);
	ready();
	wait_moved();
	for (i = 0; again(FEW_ROUNDS / 4); i++) {
		pid = child(run, i % 2 ? runs : NULL);
		CHECK_EQ(read(runs[0], &byte, 1), 1);
		send_along(pid);
		CHECK_EQ(kill(pid, SIGSTOP), 0);
		status = status_soon(pid, WUNTRACED);
		CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
		kill_soon(pid);
	}
	return pass();
}
