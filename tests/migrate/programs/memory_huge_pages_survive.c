// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory for which huge pages were asked for, unmapped and protected in pieces.
 */
#include "harness.h"

#define SIZE (6 * MIB)

int main(void)
{
	char *area = mmap(NULL, SIZE + 2 * MIB, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p = (char *)(((uintptr_t)area + 2 * MIB - 1) & -(2 * MIB));
	unsigned int i;

	CHECK(area != MAP_FAILED);
	madvise(p, SIZE, MADV_HUGEPAGE); /* where there are some */
	fill(p, SIZE, 1);
	ready();
	wait_moved();
	CHECK(filled(p, SIZE, 1));
	for (i = 0; i < (unsigned int)ROUNDS; i++) {
		char *at = p + 2 * MIB + i * 2 * PAGE;

		CHECK_EQ(mprotect(at, PAGE, PROT_READ), 0);
		CHECK_EQ(munmap(at + PAGE, PAGE), 0);
		CHECK_EQ(at[8], (p + 2 * MIB)[8 + i * 2 * PAGE]);
	}
	CHECK(filled(p, 2 * MIB, 1));
	return pass();
}
