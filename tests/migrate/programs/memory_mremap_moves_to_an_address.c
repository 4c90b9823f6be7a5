// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mremap() to a fixed address takes the content along, also what has not been
 * touched since the move, and leaves nothing behind.
 */
#include "harness.h"

#define SIZE (16 * PAGE)

int main(void)
{
	char *area = mmap(NULL, 4 * SIZE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *from = area + SIZE, *to = area + 3 * SIZE, *swap;
	int i;

	CHECK(mmap(from, SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == from);
	fill(from, SIZE, 1);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS; i++) {
		CHECK(mremap(from, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			     to) == to);
		/* The old place is free. */
		CHECK(mmap(from, SIZE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			   -1, 0) == from);
		if (i % 3 == 0)
			CHECK(filled(to, SIZE, 1));
		swap = from, from = to, to = swap;
	}
	CHECK(filled(from, SIZE, 1));
	return pass();
}
