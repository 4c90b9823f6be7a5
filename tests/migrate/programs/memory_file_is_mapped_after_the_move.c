// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files are mapped, from an offset too, read, written privately and unmapped.
 */
#include "harness.h"

#define SIZE (8 * PAGE)

int main(void)
{
	static char content[SIZE];
	char *p;
	int fd, i;

	fill(content, SIZE, 1);
	fd = new_file("data", content, SIZE);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4; i++) {
		p = mmap(NULL, SIZE - PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			 fd, PAGE);
		CHECK(p != MAP_FAILED);
		CHECK(memcmp(p, content + PAGE, 3 * PAGE) == 0);
		p[i] = ~p[i];
		CHECK_EQ(p[i], ~content[PAGE + i]);
		CHECK_EQ(munmap(p, SIZE - PAGE), 0);
	}
	return pass();
}
