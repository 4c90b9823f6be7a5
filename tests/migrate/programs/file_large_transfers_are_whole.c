// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One call moves a MiB, in both directions and unaligned.
 */
#include "harness.h"

static char out[MIB + PAGE], in[MIB + PAGE];

int main(void)
{
	int fd = new_file("data", "", 0), i;

	ready();
	wait_moved();
	for (i = 0; i < 8; i++) {
		char *from = out + 8 * i, *to = in + 3 * i;

		fill(from, MIB, i);
		memset(in, 0, sizeof(in));
		CHECK_EQ(pwrite(fd, from, MIB, i), MIB);
		CHECK_EQ(pread(fd, to, MIB, i), MIB);
		CHECK(memcmp(from, to, MIB) == 0);
		CHECK_EQ(to[MIB], 0);
		CHECK(i == 0 || to[-1] == 0);
	}
	return pass();
}
