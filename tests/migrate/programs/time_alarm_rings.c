// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * alarm() that was set before the move rings after it, and not too early; one
 * that is taken back does not ring.
 */
#include "harness.h"

static volatile sig_atomic_t rung;

static void ring(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	rung++;
}

int main(void)
{
	int64_t begun = now(CLOCK_MONOTONIC);
	int i;

	handle(SIGALRM, ring, SA_RESTART);
	CHECK_EQ(alarm(1), 0);
	ready();
	wait_moved();
	while (!rung)
		compute(SPIN);
	CHECK(now(CLOCK_MONOTONIC) - begun >= 1000 * MS - SLACK);
	for (i = 0; i < ROUNDS; i++) {
		CHECK_EQ(alarm(1000), 0);
		CHECK(alarm(2000) > 900);
		CHECK(alarm(0) > 1900);
	}
	CHECK_EQ(rung, 1);
	return pass();
}
