// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * brk() grows the heap, its old content stays, and what was given back is zero
 * when it comes again.
 */
#include "harness.h"

#define STEP (64 * 1024)

int main(void)
{
	char *base = sbrk(0), *top;
	int i;

	CHECK(sbrk(STEP) == base);
	fill(base, STEP, 1);
	ready();
	wait_moved();
	CHECK(sbrk(0) == base + STEP);
	for (i = 0; i < ROUNDS; i++) {
		top = sbrk(STEP);
		CHECK(top == base + STEP);
		CHECK(is_zero(top, STEP));
		fill(top, STEP, i);
		CHECK(filled(top, STEP, i));
		CHECK(sbrk(-STEP) == top + STEP);
		CHECK(sbrk(0) == top);
	}
	CHECK(filled(base, STEP, 1));
	return pass();
}
