// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clocks of processor time never go back and grow by computing.
 */
#include "harness.h"

static const clockid_t clocks[] = { CLOCK_PROCESS_CPUTIME_ID,
				    CLOCK_THREAD_CPUTIME_ID };

int main(void)
{
	int64_t first[COUNT(clocks)], last[COUNT(clocks)], t;
	unsigned int i;

	for (i = 0; i < COUNT(clocks); i++)
		first[i] = last[i] = now(clocks[i]);
	ready();
	while (again(ROUNDS)) {
		compute(SPIN);
		for (i = 0; i < COUNT(clocks); i++) {
			t = now(clocks[i]);
			CHECK(t >= last[i]);
			last[i] = t;
		}
	}
	for (i = 0; i < COUNT(clocks); i++)
		CHECK(last[i] - first[i] > 2 * MS);
	CHECK(last[0] >= last[1] - SLACK);
	return pass();
}
