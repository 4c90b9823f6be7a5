// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System calls write into pages, and read from pages, that have never been
 * touched or not since the move: also many in one call, and across their borders.
 */
#include "harness.h"

#define SIZE (64 * PAGE)

int main(void)
{
	static char content[SIZE], at_home[SIZE];
	char *p;
	int fd, i;

	fill(content, SIZE, 1);
	fill(at_home, SIZE, 2);
	fd = new_file("data", content, SIZE);
	ready();
	wait_moved();
	/* From pages that are still at home. */
	CHECK_EQ(pwrite(fd, at_home + 100, SIZE - 200, 100), SIZE - 200);
	CHECK_EQ(pread(fd, content, SIZE, 0), SIZE);
	CHECK(memcmp(content + 100, at_home + 100, SIZE - 200) == 0);
	for (i = 0; i < FEW_ROUNDS; i++) {
		p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK_EQ(pread(fd, p + 4000, 200, 100 + i), 200);
		CHECK(memcmp(p + 4000, at_home + 100 + i, 200) == 0);
		CHECK_EQ(pwrite(fd, p + 8 * PAGE, 8 * PAGE, SIZE), 8 * PAGE);
		CHECK_EQ(pread(fd, p + 16 * PAGE, 40 * PAGE, 200), 40 * PAGE);
		CHECK(memcmp(p + 16 * PAGE, at_home + 200, 40 * PAGE) == 0);
		CHECK_EQ(munmap(p, SIZE), 0);
	}
	return pass();
}
