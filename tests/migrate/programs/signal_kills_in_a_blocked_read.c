// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A signal that nobody handles kills a program whose threads all block in calls.
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
	int order[2];
	char byte;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(pipe(order), 0);
	if (fork() == 0) {
		CHECK_EQ(read(order[0], &byte, 1), 1);
		/* One of the two has not begun to read yet, perhaps. */
		rest_ms(50);
		CHECK_EQ(kill(getppid(), SIGTERM), 0);
		_exit(0);
	}
	will_end(SIGTERM);
	thread_start(read_for_ever, NULL);
	ready();
	wait_moved();
	pass();
	CHECK_EQ(write(order[1], "", 1), 1);
	read_for_ever(NULL);
}
