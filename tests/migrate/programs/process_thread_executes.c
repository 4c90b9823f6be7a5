// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec() in a thread other than the first one ends the others and keeps the
 * process's number.
 */
#include "harness.h"

static char number[16];

static void *execute(void *unused)
{
	char *argv[] = { (char *)"again", number, NULL };

	wait_moved();
	execv("/proc/self/exe", argv);
	CHECK(!"executed");
	return unused;
}

static void *compute_for_ever(void *unused)
{
	for (;;)
		compute(SPIN);
	return unused;
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		CHECK_EQ(getpid(), atoi(argv[1]));
		CHECK_EQ(gettid(), getpid());
		compute(50 * SPIN);
		return pass();
	}
	snprintf(number, sizeof(number), "%d", getpid());
	thread_start(compute_for_ever, NULL);
	ready();
	thread_start(execute, NULL);
	for (;;)
		pause();
}
