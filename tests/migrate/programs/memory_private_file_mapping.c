// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A private mapping of a file shows its content; what is written to it is seen
 * by this process only and never gets into the file.
 */
#include "harness.h"

#define SIZE (16 * PAGE)

int main(void)
{
	static char content[SIZE];
	char *p;
	int fd, i;

	fill(content, SIZE, 1);
	fd = new_file("data", content, SIZE);
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	fill(p + PAGE, PAGE, 2); /* before the move */
	ready();
	wait_moved();
	CHECK(filled(p + PAGE, PAGE, 2));
	CHECK(memcmp(p, content, PAGE) == 0);
	for (i = 0; i < ROUNDS; i++) {
		fill(p + (2 + i % 8) * PAGE, PAGE, i);
		compute(1000);
		CHECK(filled(p + (2 + i % 8) * PAGE, PAGE, i));
	}
	CHECK(memcmp(p + 10 * PAGE, content + 10 * PAGE, 6 * PAGE) == 0);
	memset(p, 0, SIZE);
	CHECK_EQ(pread(fd, p, SIZE, 0), SIZE);
	CHECK(filled(p, SIZE, 1));
	return pass();
}
