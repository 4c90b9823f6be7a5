// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What MADV_DONTNEED has thrown away is zero and stays it; the old content does
 * not come back from anywhere.
 */
#include "harness.h"

#define PAGES 32

int main(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, k;

	fill(p, PAGES * PAGE, 1);
	/* One that is thrown away before the move, and never looked at. */
	CHECK_EQ(madvise(p, PAGE, MADV_DONTNEED), 0);
	ready();
	wait_moved();
	CHECK_EQ(p[0], 0);
	for (i = 0; i < ROUNDS; i++) {
		k = 1 + i * 7 % (PAGES - 1);
		fill(p + k * PAGE, PAGE, i);
		compute(1000);
		CHECK(filled(p + k * PAGE, PAGE, i));
		CHECK_EQ(madvise(p + k * PAGE, PAGE, MADV_DONTNEED), 0);
		compute(1000);
		CHECK_EQ(*(uint64_t *)(p + k * PAGE + 64), 0);
	}
	CHECK_EQ(madvise(p, PAGES * PAGE, MADV_DONTNEED), 0);
	for (i = 0; i < PAGES; i++)
		CHECK_EQ(*(uint64_t *)(p + i * PAGE), 0);
	return pass();
}
