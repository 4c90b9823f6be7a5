// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sleep during which the process moves ends when it should: it is not shorter
 * for the move, and does not start again after it.
 */
#include "harness.h"

int main(void)
{
	const struct timespec three = { .tv_sec = 3 };
	int64_t begun, slept;

	ready();
	begun = now(CLOCK_MONOTONIC);
	CHECK_EQ(nanosleep(&three, NULL), 0);
	slept = now(CLOCK_MONOTONIC) - begun;
	CHECK(slept >= 3000 * MS - SLACK);
	CHECK(slept < 20000 * MS); /* however slow the machine is */
	wait_moved();
	return pass();
}
