// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RLIMIT_CPU counts what was used before, after and between moves, once each:
 * SIGXCPU comes neither too early nor too late, and the clock never goes back.
 */
#include <sys/resource.h>

#include "harness.h"

#define LIMIT_S 2
/* Forgotten, this gives more than LATEST; counted twice, less than EARLIEST. */
#define BEFORE (1600 * MS)
/* The limit is counted in whole ticks, the clock is not. */
#define EARLIEST (1800 * MS)
#define LATEST (3500 * MS)

static volatile int64_t over;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	if (!over)
		over = now(CLOCK_PROCESS_CPUTIME_ID);
}

static int64_t use_some(void)
{
	static int64_t last;
	int64_t used;

	compute(SPIN);
	used = now(CLOCK_PROCESS_CPUTIME_ID);
	CHECK(used >= last);
	last = used;
	return used;
}

int main(void)
{
	const struct rlimit limit = { LIMIT_S, 60 };

	handle(SIGXCPU, note, SA_RESTART);
	CHECK_EQ(setrlimit(RLIMIT_CPU, &limit), 0);
	while (use_some() < BEFORE)
		;
	ready();
	while (again(ROUNDS / 4) || !over)
		CHECK(use_some() < LATEST || over);
	CHECK(over >= EARLIEST);
	CHECK(over < LATEST);
	return pass();
}
