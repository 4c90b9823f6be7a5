// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nanosleep() and clock_nanosleep() sleep as long as they were asked to.
 */
#include "harness.h"

int main(void)
{
	const struct timespec ten = { .tv_nsec = 10 * MS };
	int64_t begun;

	ready();
	while (again(FEW_ROUNDS)) {
		begun = now(CLOCK_MONOTONIC);
		CHECK_EQ(nanosleep(&ten, NULL), 0);
		CHECK(now(CLOCK_MONOTONIC) - begun >= 10 * MS - SLACK);
		begun = now(CLOCK_MONOTONIC);
		CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &ten, NULL), 0);
		CHECK(now(CLOCK_MONOTONIC) - begun >= 10 * MS - SLACK);
	}
	return pass();
}
