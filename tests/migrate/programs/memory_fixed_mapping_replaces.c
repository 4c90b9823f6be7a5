// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mapping at a fixed address replaces what was there, in part or as a whole.
 */
#include "harness.h"

#define PAGES 16

int main(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at;
	int i;

	fill(p, PAGES * PAGE, 1);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS; i++) {
		at = p + (1 + i % (PAGES - 2)) * PAGE;
		CHECK(mmap(at, PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			   0) == at);
		CHECK_EQ(*(uint64_t *)at, 0);
		fill(at, PAGE, i);
		compute(1000);
		CHECK(filled(at, PAGE, i));
	}
	CHECK(filled(p, PAGE, 1));
	return pass();
}
