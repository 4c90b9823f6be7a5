// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Duplicated descriptors share one offset, two openings do not; dup2() replaces.
 */
#include "harness.h"

int main(void)
{
	int fd = new_file("data", "0123456789", 10), copy = dup(fd);
	int other = open("data", O_RDONLY), i;
	char c;

	CHECK_EQ(read(fd, &c, 1), 1);
	ready();
	wait_moved();
	CHECK_EQ(read(copy, &c, 1), 1);
	CHECK_EQ(c, '1');
	CHECK_EQ(read(other, &c, 1), 1);
	CHECK_EQ(c, '0');
	for (i = 0; i < ROUNDS / 2; i++) {
		CHECK_EQ(lseek(fd, i % 9, SEEK_SET), i % 9);
		CHECK_EQ(dup2(fd, 100), 100);
		CHECK_EQ(read(100, &c, 1), 1);
		CHECK_EQ(c, '0' + i % 9);
		CHECK_EQ(lseek(copy, 0, SEEK_CUR), i % 9 + 1);
		CHECK_EQ(dup3(other, 100, O_CLOEXEC), 100);
		CHECK_EQ(lseek(100, 0, SEEK_CUR), 1);
		CHECK_EQ(close(100), 0);
	}
	return pass();
}
