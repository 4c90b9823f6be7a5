// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/null, /dev/zero, /dev/full and /dev/urandom.
 */
#include "harness.h"

int main(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
	char buffer[64], other[64] = { 0 };
	int full, random;

	ready();
	wait_moved();
	while (again(ROUNDS / 4)) {
		CHECK_EQ(write(null, buffer, 64), 64);
		CHECK_EQ(read(null, buffer, 64), 0);
		memset(buffer, 1, 64);
		CHECK_EQ(read(zero, buffer, 64), 64);
		CHECK(buffer[0] == 0 && buffer[63] == 0);
		full = open("/dev/full", O_WRONLY);
		CHECK_ERRNO(write(full, buffer, 1), ENOSPC);
		close(full);
		random = open("/dev/urandom", O_RDONLY);
		CHECK_EQ(read(random, buffer, 64), 64);
		CHECK(memcmp(buffer, other, 64) != 0);
		memcpy(other, buffer, 64);
		close(random);
	}
	return pass();
}
