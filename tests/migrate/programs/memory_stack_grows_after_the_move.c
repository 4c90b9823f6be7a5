// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stack grows as far as it may, page by page and by leaps, again and again.
 */
#include "harness.h"

static uint64_t descend(unsigned int depth)
{
	volatile char frame[2 * PAGE + 512];
	uint64_t below;

	frame[0] = depth;
	frame[sizeof(frame) - 1] = depth + 1;
	below = depth ? descend(depth - 1) : 0;
	CHECK_EQ(frame[0], (char)depth);
	CHECK_EQ(frame[sizeof(frame) - 1], (char)(depth + 1));
	return below + depth;
}

static void leap(void)
{
	volatile char frame[2 * MIB];

	frame[0] = 7;
	CHECK_EQ(frame[0], 7);
}

int main(void)
{
	unsigned int i;

	ready();
	wait_moved();
	for (i = 0; i < (unsigned int)FEW_ROUNDS; i++) {
		CHECK_EQ(descend(i * 10), i * 10 * (i * 10 + 1) / 2);
		leap();
	}
	return pass();
}
