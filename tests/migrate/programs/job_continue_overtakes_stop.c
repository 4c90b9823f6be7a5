// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is told to stop by SIGTSTP and at once to continue goes on, whichever of
 * the two it has heard of by then.
 */
#include "harness.h"

#define PATIENCE 200 /* looks; one is 20 ms */

static void stop_and_continue(void *unused)
{
	pid_t process = getppid();

	(void)unused;
	CHECK_EQ(kill(process, SIGTSTP), 0);
	CHECK_EQ(kill(process, SIGCONT), 0);
}

/* Who watches sees it running within seconds, though nobody continues it again. */
static void watch(void *order)
{
	pid_t member = adopt_group(), process = getppid();
	int *fds = order, patience = 0;

	close(fds[0]);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	while (access("done", F_OK) < 0) {
		patience = state_of(process) == 'T' ? patience + 1 : 0;
		if (patience > PATIENCE) {
			kill(process, SIGKILL);
			fail_at(__FILE_NAME__, __LINE__, "it stays stopped");
		}
		rest_ms(20);
	}
	kill_soon(member);
}

int main(void)
{
	int fds[2];
	pid_t watcher;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	watcher = child(watch, fds);
	CHECK_EQ(read(fds[0], &byte, 1), 1);
	pester_by(stop_and_continue, NULL);
	ready();
	while (again(FEW_ROUNDS)) {
		pester(true);
		compute(20000);
		rest_ms(2);
		pester(false);
	}
	pester_end();
	CHECK_EQ(close(new_file("done", "", 0)), 0);
	child_passed(watcher);
	return pass();
}
