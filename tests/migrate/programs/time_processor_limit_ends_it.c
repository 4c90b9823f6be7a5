// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RLIMIT_CPU counts the time that is used away from home: SIGXCPU comes.
 */
#include <sys/resource.h>

#include "harness.h"

static volatile sig_atomic_t over;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	over = true;
}

int main(void)
{
	const struct rlimit limit = { 1, RLIM_INFINITY };

	handle(SIGXCPU, note, 0);
	CHECK_EQ(setrlimit(RLIMIT_CPU, &limit), 0);
	ready();
	spin_moved();
	while (!over)
		compute(SPIN);
	/* The limit is counted in whole ticks, the clock is not. */
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) >= 500 * MS);
	return pass();
}
