// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child at home stops the process and kills it while it stands still, whatever
 * its threads were doing.
 */
#include "harness.h"

static int order[2];

static void stop_and_kill(void *unused)
{
	pid_t victim = getppid();
	char byte;

	(void)unused;
	CHECK_EQ(read(order[0], &byte, 1), 1);
	CHECK_EQ(kill(victim, SIGSTOP), 0);
	await_stop(victim);
	rest_ms(20);
	CHECK_EQ(kill(victim, SIGKILL), 0);
}

static void *read_for_ever(void *pipe)
{
	char byte;

	CHECK_EQ(read(*(int *)pipe, &byte, 1), -2); /* nobody writes */
	return NULL;
}

static void *compute_for_ever(void *unused)
{
	for (;;)
		compute(SPIN);
	return unused;
}

int main(void)
{
	int fds[2];

	CHECK_EQ(pipe(order), 0);
	CHECK_EQ(pipe(fds), 0);
	child(stop_and_kill, NULL);
	will_end(SIGKILL);
	thread_start(read_for_ever, fds);
	thread_start(compute_for_ever, NULL);
	ready();
	wait_moved();
	pass();
	CHECK_EQ(write(order[1], "", 1), 1);
	compute_for_ever(NULL);
}
