// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With O_APPEND everything is written at the end, wherever the offset is; two
 * descriptors of one file do not overwrite each other.
 */
#include "harness.h"

int main(void)
{
	char line[16], is[16];
	int one, two, i;

	close(new_file("log", "", 0));
	one = open("log", O_RDWR | O_APPEND);
	two = open("log", O_WRONLY | O_APPEND);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS; i++) {
		snprintf(line, sizeof(line), "%06d one\n", i);
		CHECK_EQ(lseek(one, 0, SEEK_SET), 0);
		CHECK_EQ(write(one, line, 11), 11);
		CHECK_EQ(write(two, "two\n", 4), 4);
		CHECK_EQ(pread(one, is, 15, i * 15), 15);
		CHECK(memcmp(is, line, 11) == 0);
		CHECK(memcmp(is + 11, "two\n", 4) == 0);
	}
	return pass();
}
