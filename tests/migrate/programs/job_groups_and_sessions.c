// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process leads its session; children join and make groups and sessions, and
 * signals to a group reach its members.
 */
#include "harness.h"

static int fds[2];

static void report_and_pause(void)
{
	CHECK_EQ(write(fds[1], "x", 1), 1);
	for (;;)
		pause();
}

static void own_group(void *unused)
{
	(void)unused;
	CHECK_EQ(getpgrp(), getsid(0));
	CHECK_EQ(setpgid(0, 0), 0);
	CHECK_EQ(getpgrp(), getpid());
	report_and_pause();
}

static void join_group(void *group)
{
	CHECK_EQ(setpgid(0, *(pid_t *)group), 0);
	CHECK_EQ(getpgrp(), *(pid_t *)group);
	report_and_pause();
}

static void own_session(void *old)
{
	CHECK_EQ(getsid(0), *(pid_t *)old);
	CHECK_EQ(setsid(), getpid());
	CHECK_EQ(getsid(0), getpid());
	CHECK_ERRNO(setsid(), EPERM);
}

static void expect_signal(pid_t pid, int signal)
{
	int status;

	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signal);
}

int main(void)
{
	pid_t self = getpid(), first, second;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 2)) {
		CHECK_EQ(getsid(0), self);
		CHECK_EQ(getpgrp(), self);
		first = child(own_group, NULL);
		CHECK_EQ(read(fds[0], &byte, 1), 1);
		CHECK_EQ(getpgid(first), first);
		second = child(join_group, &first);
		CHECK_EQ(read(fds[0], &byte, 1), 1);
		CHECK_EQ(getpgid(second), first);
		CHECK_EQ(kill(-first, SIGTERM), 0);
		expect_signal(first, SIGTERM);
		expect_signal(second, SIGTERM);
		CHECK_ERRNO(kill(-first, 0), ESRCH);
		child_passed(child(own_session, &self));
	}
	return pass();
}
