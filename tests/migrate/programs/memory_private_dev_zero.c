// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A private mapping of /dev/zero is memory like any other: what was touched is as
 * it was, the rest is zero and can be written.
 */
#include "harness.h"

#define PAGES 256

int main(void)
{
	int fd = open("/dev/zero", O_RDWR), i;
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		       fd, 0);

	CHECK(p != MAP_FAILED);
	fill(p, PAGE, 1);
	ready();
	wait_moved();
	for (i = 1; again(PAGES - 1); i = i % (PAGES - 1) + 1) {
		CHECK(filled(p, PAGE, 1));
		fill(p + i * PAGE, PAGE, 2);
		CHECK(filled(p + i * PAGE, PAGE, 2));
		CHECK_EQ(madvise(p + i * PAGE, PAGE, MADV_DONTNEED), 0);
		CHECK(is_zero(p + i * PAGE, PAGE));
	}
	return pass();
}
