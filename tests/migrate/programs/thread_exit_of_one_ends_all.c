// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exit() in one thread ends all of them, wherever they block, with its status.
 */
#include "harness.h"

static void *compute_for_ever(void *unused)
{
	for (;;)
		compute(SPIN);
	return unused;
}

static void *sleep_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *end_all(void *unused)
{
	wait_moved();
	compute(SPIN);
	pass();
	exit(7);
	return unused;
}

int main(void)
{
	will_end(7 << 8);
	thread_start(compute_for_ever, NULL);
	thread_start(sleep_for_ever, NULL);
	ready();
	thread_start(end_all, NULL);
	sleep_for_ever(NULL);
}
