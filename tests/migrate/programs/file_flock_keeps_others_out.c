// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flock() and locks of open files, between two openings of one file.
 */
#include <sys/file.h>

#include "harness.h"

int main(void)
{
	struct flock whole = { .l_type = F_WRLCK },
		     none = { .l_type = F_UNLCK };
	int one = new_file("data", "", 0), two = open("data", O_RDWR), i;

	CHECK_EQ(flock(one, LOCK_EX), 0);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4; i++) {
		CHECK_ERRNO(flock(two, LOCK_SH | LOCK_NB), EWOULDBLOCK);
		CHECK_EQ(flock(one, LOCK_SH), 0);
		CHECK_EQ(flock(two, LOCK_SH | LOCK_NB), 0);
		CHECK_ERRNO(flock(one, LOCK_EX | LOCK_NB), EWOULDBLOCK);
		CHECK_EQ(flock(two, LOCK_UN), 0);
		CHECK_EQ(flock(one, LOCK_EX | LOCK_NB), 0);
		CHECK_EQ(fcntl(one, F_OFD_SETLK, &whole), 0);
		CHECK_ERRNO(fcntl(two, F_OFD_SETLK, &whole), EAGAIN);
		CHECK_EQ(fcntl(one, F_OFD_SETLK, &none), 0);
	}
	return pass();
}
