// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setitimer() of real time ticks on while the process moves.
 */
#include <sys/time.h>

#include "harness.h"

static volatile sig_atomic_t ticks;

static void tick(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	ticks++;
}

int main(void)
{
	const struct timeval often = { .tv_usec = 20000 };
	const struct itimerval timer = { often, often }, stop = { 0 };
	struct itimerval is;
	int seen;

	handle(SIGALRM, tick, SA_RESTART);
	CHECK_EQ(setitimer(ITIMER_REAL, &timer, NULL), 0);
	ready();
	spin_moved();
	seen = ticks;
	while (ticks < seen + FEW_ROUNDS)
		compute(SPIN);
	CHECK_EQ(getitimer(ITIMER_REAL, &is), 0);
	CHECK_EQ(is.it_interval.tv_usec, 20000);
	CHECK_EQ(is.it_interval.tv_sec, 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &stop, &is), 0);
	CHECK_EQ(is.it_interval.tv_usec, 20000);
	seen = ticks;
	rest_ms(60);
	CHECK_EQ(ticks, seen);
	return pass();
}
