// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fcntl()'s flags of descriptors and of open files, and the numbers it gives.
 */
#include "harness.h"

int main(void)
{
	int fds[2], fd, i;

	CHECK_EQ(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
	ready();
	wait_moved();
	CHECK_EQ(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	CHECK(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
	for (i = 0; i < ROUNDS / 2; i++) {
		CHECK_ERRNO(read(fds[0], &fd, 1), EAGAIN);
		CHECK_EQ(fcntl(fds[0], F_SETFL, O_RDONLY), 0);
		CHECK(!(fcntl(fds[0], F_GETFL) & O_NONBLOCK));
		CHECK_EQ(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
		CHECK_EQ(fcntl(fds[1], F_SETFD, 0), 0);
		CHECK_EQ(fcntl(fds[1], F_GETFD), 0);
		fd = fcntl(fds[0], F_DUPFD_CLOEXEC, 200);
		CHECK_EQ(fd, 200);
		CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
		CHECK_EQ(close(fd), 0);
		CHECK_EQ(fcntl(fds[1], F_SETFD, FD_CLOEXEC), 0);
		CHECK_EQ(fcntl(fds[1], F_GETPIPE_SZ),
			 fcntl(fds[0], F_GETPIPE_SZ));
	}
	return pass();
}
