// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stack of a thousand frames that was built before the move is walked back.
 */
#include "harness.h"

#define DEPTH 1000

static uint64_t descend(unsigned int depth, uint64_t *above)
{
	volatile uint64_t frame[64];
	uint64_t sum = depth;
	unsigned int i;

	for (i = 0; i < COUNT(frame); i++)
		frame[i] = depth * 1000 + i;
	if (depth == DEPTH) {
		ready();
		wait_moved();
	} else {
		sum += descend(depth + 1, (uint64_t *)frame);
	}
	compute(500);
	for (i = 0; i < COUNT(frame); i++)
		CHECK_EQ(frame[i], depth * 1000 + i);
	CHECK(!depth || above[1] == (depth - 1) * 1000 + 1);
	return sum;
}

int main(void)
{
	CHECK_EQ(descend(0, NULL), DEPTH * (DEPTH + 1) / 2);
	return pass();
}
