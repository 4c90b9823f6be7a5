// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As an editor stops itself: a stop signal that was blocked stops the process when
 * it is let through, and it goes on when it is continued.
 */
#include "harness.h"

static int seen[2];

/* A byte when it is there, and for each time that it saw its parent stopped. */
static void watch(void *unused)
{
	pid_t member = adopt_group(), parent = getppid();

	(void)unused;
	CHECK_EQ(write(seen[1], "T", 1), 1);
	while (access("done", F_OK) < 0) {
		rest_ms(10);
		if (state_of(parent) != 'T')
			continue;
		CHECK_EQ(kill(parent, SIGCONT), 0);
		CHECK_EQ(write(seen[1], "T", 1), 1);
	}
	CHECK_EQ(kill(member, SIGKILL), 0);
}

static void await_watcher(void)
{
	char byte;

	CHECK_EQ(read(seen[0], &byte, 1), 1); /* for ever if it saw nothing */
}

static void stop_once(int signal)
{
	block(signal, true);
	CHECK_EQ(raise(signal), 0);
	compute(SPIN);
	block(signal, false);
	await_watcher();
}

int main(void)
{
	static const int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	pid_t watcher;
	int i;

	CHECK_EQ(pipe2(seen, O_CLOEXEC), 0);
	watcher = child(watch, NULL);
	await_watcher();
	ready();
	wait_moved();
	for (i = 0; again(FEW_ROUNDS); i++)
		stop_once(signals[i % COUNT(signals)]);
	CHECK_EQ(close(new_file("done", "", 0)), 0);
	child_passed(watcher);
	return pass();
}
