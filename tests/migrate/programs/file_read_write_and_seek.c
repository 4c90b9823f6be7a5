// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading, writing and seeking go on at the offset where they were.
 */
#include "harness.h"

int main(void)
{
	uint64_t numbers[64], number;
	int fd, i;

	fill(numbers, sizeof(numbers), 1);
	fd = new_file("data", numbers, sizeof(numbers));
	CHECK_EQ(read(fd, &number, 8), 8);
	ready();
	wait_moved();
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 8);
	CHECK_EQ(read(fd, &number, 8), 8);
	CHECK_EQ(number, numbers[1]);
	for (i = 0; i < ROUNDS; i++) {
		CHECK_EQ(lseek(fd, i % 64 * 8, SEEK_SET), i % 64 * 8);
		number = i;
		CHECK_EQ(write(fd, &number, 8), 8);
		CHECK_EQ(lseek(fd, -8, SEEK_CUR), i % 64 * 8);
		number = 0;
		CHECK_EQ(read(fd, &number, 8), 8);
		CHECK_EQ(number, i);
	}
	CHECK_EQ(lseek(fd, 0, SEEK_END), sizeof(numbers));
	CHECK_EQ(read(fd, &number, 8), 0);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	return pass();
}
