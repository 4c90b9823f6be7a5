// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A shared mapping of a file that is open for reading only shows at home what
 * others write to the file, also if it was read and moved elsewhere; and cannot be
 * made writable.
 */
#include "harness.h"

#define PAGES 8
#define SIZE (PAGES * PAGE)

static char *p;
static int fd;

static void change(void *unused)
{
	static char other[SIZE];
	int k;

	(void)unused;
	fill(other, SIZE, 2);
	for (k = 0; k < PAGES; k++) {
		CHECK_EQ(pwrite(fd, other + k * PAGE, PAGE, k * PAGE), PAGE);
		CHECK(memcmp(p + k * PAGE, other + k * PAGE, PAGE) == 0);
	}
	CHECK_ERRNO(mprotect(p, SIZE, PROT_READ | PROT_WRITE), EACCES);
}

int main(void)
{
	static char content[SIZE];
	char *places = mmap(NULL, 2 * SIZE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int reading, i;

	fill(content, SIZE, 1);
	fd = new_file("data", content, SIZE);
	reading = open("data", O_RDONLY);
	p = mmap(places, SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, reading, 0);
	CHECK(p == places);
	ready();
	wait_moved();
	for (i = 1; again(FEW_ROUNDS); i++) {
		p = mremap(p, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			   places + i % 2 * SIZE);
		CHECK(p == places + i % 2 * SIZE);
		if (i == 1)
			CHECK(memcmp(p, content, SIZE) == 0);
		else
			(void)*(volatile char *)p;
		child_passed(child(change, NULL)); /* at home */
	}
	return pass();
}
