// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child that began before the move, and ends after it, is waited for: waitpid()
 * that blocks, waitid() and what it tells, and a process descriptor.
 */
#include <sys/pidfd.h>

#include "harness.h"

#define CHILDREN 3

static void end_when_told(void *pipe_ends)
{
	int *fds = pipe_ends;
	char byte;

	close(fds[1]);
	CHECK_EQ(read(fds[0], &byte, 1), 1);
	_exit(byte);
}

int main(void)
{
	int fds[CHILDREN][2], status, i, pidfd;
	struct pollfd pollfd = { .events = POLLIN };
	pid_t pids[CHILDREN];
	siginfo_t info = { 0 };

	for (i = 0; i < CHILDREN; i++) {
		CHECK_EQ(pipe(fds[i]), 0);
		pids[i] = child(end_when_told, fds[i]);
	}
	ready();
	wait_moved();
	CHECK_EQ(waitpid(-1, &status, WNOHANG), 0);
	CHECK_EQ(write(fds[0][1], "\1", 1), 1);
	CHECK_EQ(waitpid(-1, &status, 0), pids[0]);
	CHECK_EQ(WEXITSTATUS(status), 1);
	CHECK_EQ(write(fds[1][1], "\2", 1), 1);
	CHECK_EQ(waitid(P_PID, pids[1], &info, WEXITED | WNOWAIT), 0);
	CHECK_EQ(info.si_pid, pids[1]);
	CHECK_EQ(info.si_uid, getuid());
	CHECK_EQ(info.si_status, 2);
	CHECK_EQ(info.si_code, CLD_EXITED);
	CHECK_EQ(waitpid(pids[1], &status, 0), pids[1]);
	pidfd = pollfd.fd = pidfd_open(pids[2], 0);
	CHECK(pidfd >= 0);
	CHECK_EQ(poll(&pollfd, 1, 0), 0);
	CHECK_EQ(pidfd_send_signal(pidfd, SIGKILL, NULL, 0), 0);
	CHECK_EQ(poll(&pollfd, 1, -1), 1);
	CHECK_EQ(waitid(P_PIDFD, pidfd, &info, WEXITED), 0);
	CHECK_EQ(info.si_code, CLD_KILLED);
	CHECK_EQ(info.si_status, SIGKILL);
	return pass();
}
