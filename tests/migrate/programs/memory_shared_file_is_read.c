// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A read-only shared mapping of a file, such as that of a font or of a catalogue,
 * and the file is closed and gone.
 */
#include "harness.h"

#define SIZE (64 * PAGE)

int main(void)
{
	static char content[SIZE];
	char *p;
	int fd, i;

	fill(content, SIZE, 1);
	close(new_file("data", content, SIZE));
	fd = open("data", O_RDONLY);
	p = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	close(fd);
	CHECK_EQ(unlink("data"), 0);
	CHECK(filled(p, SIZE, 1));
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS; i++) {
		CHECK(memcmp(p + i % 60 * PAGE, content + i % 60 * PAGE,
			     4 * PAGE) == 0);
		compute(1000);
	}
	CHECK(filled(p, SIZE, 1));
	return pass();
}
