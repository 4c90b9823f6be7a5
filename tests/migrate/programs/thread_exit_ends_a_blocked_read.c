// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exit() in one thread ends those that block in calls, with its status.
 */
#include "harness.h"

static int fds[2];

static void *read_for_ever(void *unused)
{
	char byte;

	CHECK_EQ(read(fds[0], &byte, 1), -2); /* nobody writes */
	return unused;
}

int main(void)
{
	int i;

	CHECK_EQ(pipe(fds), 0);
	will_end(7 << 8);
	for (i = 0; i < 4; i++)
		thread_start(read_for_ever, NULL);
	ready();
	wait_moved();
	compute(10 * SPIN);
	pass();
	exit(7);
}
