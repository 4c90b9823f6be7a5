// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One call reads a MiB from /dev/urandom and from /dev/zero, and writes one to
 * /dev/null.
 */
#include "harness.h"

static char buffer[MIB + PAGE];

/* These two end early when a signal comes, and a move may look like one. */
static bool read_whole(int fd)
{
	ssize_t got;

	memset(buffer, 1, sizeof(buffer));
	got = read(fd, buffer, MIB);
	CHECK(got == MIB || (wandering() && got > 0));
	CHECK_EQ(buffer[MIB], 1);
	return got == MIB;
}

int main(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
	int random = open("/dev/urandom", O_RDONLY), whole = 0;
	uint64_t *words = (uint64_t *)buffer;
	size_t last = MIB / sizeof(*words) - 1;

	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 4) || !whole) {
		if (read_whole(zero)) {
			CHECK(is_zero(buffer, MIB));
			whole++;
		}
		if (read_whole(random)) {
			CHECK(words[0] != words[last]);
			CHECK(words[last - 1] != words[last]);
			CHECK(words[last] != 0x0101010101010101);
		}
		CHECK_EQ(write(null, buffer, MIB), MIB);
	}
	return pass();
}
