// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chmod(), utimensat() and ftruncate(); a file that grew has zeroes at its end.
 */
#include "harness.h"

int main(void)
{
	struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
	struct stat st;
	char tail[4];
	int fd = new_file("data", "0123456789", 10), i;

	ready();
	wait_moved();
	for (i = 1; i <= ROUNDS / 2; i++) {
		CHECK_EQ(fchmod(fd, 0600 | i % 8), 0);
		times[1].tv_sec = i;
		CHECK_EQ(utimensat(AT_FDCWD, "data", times, 0), 0);
		CHECK_EQ(ftruncate(fd, 5), 0);
		CHECK_EQ(truncate("data", 1000 + i), 0);
		CHECK_EQ(futimens(fd, times), 0);
		CHECK_EQ(fstat(fd, &st), 0);
		CHECK_EQ(st.st_mode, S_IFREG | 0600 | i % 8);
		CHECK_EQ(st.st_mtim.tv_sec, i);
		CHECK_EQ(st.st_mtim.tv_nsec, 7);
		CHECK_EQ(st.st_atim.tv_sec, 1000);
		CHECK_EQ(st.st_size, 1000 + i);
		CHECK_EQ(pread(fd, tail, 4, 4), 4);
		CHECK(memcmp(tail, "4\0\0\0", 4) == 0);
	}
	return pass();
}
