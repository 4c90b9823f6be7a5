// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * getrandom() fills buffers of any size, never twice alike, and not alike in parent
 * and child.
 */
#include <sys/random.h>

#include "harness.h"

static int fds[2];

/* More than 256 bytes may come in parts. */
static void fill_randomly(char *p, size_t size)
{
	ssize_t got;

	for (; size; p += got, size -= got) {
		got = getrandom(p, size, GRND_NONBLOCK);
		CHECK(got > 0);
	}
}

static void write_own(void *unused)
{
	uint64_t number;

	(void)unused;
	CHECK_EQ(getrandom(&number, 8, 0), 8);
	CHECK_EQ(write(fds[1], &number, 8), 8);
}

int main(void)
{
	static char one[3 * PAGE], other[3 * PAGE];
	uint64_t mine, theirs;

	CHECK_EQ(pipe(fds), 0);
	ready();
	while (again(ROUNDS / 4)) {
		memset(one, 0, sizeof(one));
		fill_randomly(one, sizeof(one));
		CHECK(memcmp(one, other, 64) != 0);
		CHECK(memcmp(one + 2 * PAGE, other, 64) != 0);
		memcpy(other, one, sizeof(one));
		CHECK_EQ(getentropy(one, 256), 0);
		CHECK(memcmp(one, other, 256) != 0);
	}
	child_passed(child(write_own, NULL));
	CHECK_EQ(getrandom(&mine, 8, 0), 8);
	CHECK_EQ(read(fds[0], &theirs, 8), 8);
	CHECK(mine != theirs);
	return pass();
}
