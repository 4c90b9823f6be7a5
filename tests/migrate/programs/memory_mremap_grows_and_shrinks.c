// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mremap() grows a mapping, in place or elsewhere, and shrinks it: what was in it
 * stays, what is new is zero.
 */
#include "harness.h"

int main(void)
{
	size_t size = 4 * PAGE, old;
	uint64_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	CHECK(p != MAP_FAILED);
	fill(p, size, 1);
	ready();
	wait_moved();
	for (i = 0; i < (unsigned int)ROUNDS; i++) {
		old = size;
		size = i % 8 == 7 ? 4 * PAGE : size + 3 * PAGE;
		p = mremap(p, old, size, MREMAP_MAYMOVE);
		CHECK(p != MAP_FAILED);
		CHECK(filled(p, old < size ? old : size, 1));
		if (old < size)
			CHECK_EQ(p[old / sizeof(*p)], 0);
		fill(p, size, 1);
	}
	return pass();
}
