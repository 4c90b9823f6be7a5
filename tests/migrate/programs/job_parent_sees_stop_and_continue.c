// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child of the moved process stops itself: its parent sees that, continues it,
 * sees that too, and gets SIGCHLD for each.
 */
#include "harness.h"

static volatile sig_atomic_t told;
static int fds[2];

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	told++;
}

static void stop_twice(void *unused)
{
	char byte;

	(void)unused;
	compute(1000);
	raise(SIGSTOP);
	/* A second stop too early hides that it was continued. */
	CHECK_EQ(read(fds[0], &byte, 1), 1);
	raise(SIGTSTP);
	_exit(5);
}

static int wait_status(pid_t pid, int options)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, options), pid);
	return status;
}

int main(void)
{
	int status, before;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	handle(SIGCHLD, note, SA_RESTART);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 2)) {
		before = told;
		/* In an orphaned group SIGTSTP does nothing. */
		pid = child(stop_twice, NULL);
		CHECK_EQ(setpgid(pid, pid), 0);
		status = wait_status(pid, WUNTRACED);
		CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
		CHECK_EQ(kill(pid, SIGCONT), 0);
		CHECK(WIFCONTINUED(wait_status(pid, WCONTINUED)));
		CHECK_EQ(write(fds[1], "x", 1), 1);
		status = wait_status(pid, WUNTRACED);
		CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
		CHECK_EQ(kill(pid, SIGCONT), 0);
		status = wait_status(pid, 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
		CHECK(told > before);
	}
	return pass();
}
