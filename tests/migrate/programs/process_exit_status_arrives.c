// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The status of exit() is what the parent sees, and functions of atexit() run, in
 * their order.
 */
#include "harness.h"

static int step;

static void second(void)
{
	CHECK_EQ(++step, 2);
	pass();
}

static void first(void)
{
	CHECK_EQ(++step, 1);
}

int main(void)
{
	atexit(second);
	atexit(first);
	will_end(42 << 8);
	ready();
	wait_moved();
	compute(SPIN);
	exit(42);
}
