// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record lock that was taken before the move keeps others out after it, and
 * they are told the owner's number.
 */
#include "harness.h"

static void try_locked(void *file)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = 10, .l_len = 5 };
	int fd = *(int *)file;

	CHECK_ERRNO(fcntl(fd, F_SETLK, &lock), EAGAIN);
	CHECK_EQ(fcntl(fd, F_GETLK, &lock), 0);
	CHECK_EQ(lock.l_type, F_WRLCK);
	CHECK_EQ(lock.l_pid, getppid());
	CHECK_EQ(lock.l_start, 0);
	CHECK_EQ(lock.l_len, 20);
	lock = (struct flock){ .l_type = F_WRLCK, .l_start = 20, .l_len = 5 };
	CHECK_EQ(fcntl(fd, F_SETLK, &lock), 0);
}

static void wait_for_lock(void *file)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 20 };

	CHECK_EQ(fcntl(*(int *)file, F_SETLKW, &lock), 0);
}

int main(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 20 };
	struct flock none = { .l_type = F_UNLCK };
	int fd = new_file("data", "", 0);
	pid_t waiting;

	CHECK_EQ(fcntl(fd, F_SETLK, &lock), 0);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		child_passed(child(try_locked, &fd));
		waiting = child(wait_for_lock, &fd);
		CHECK_EQ(waitpid(waiting, NULL, WNOHANG), 0);
		CHECK_EQ(fcntl(fd, F_SETLK, &none), 0);
		child_passed(waiting);
		CHECK_EQ(fcntl(fd, F_SETLK, &lock), 0);
	}
	return pass();
}
