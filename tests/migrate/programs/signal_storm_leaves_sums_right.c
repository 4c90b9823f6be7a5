// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handlers that change all registers interrupt a computation without end; its
 * results stay right.
 */
#include "harness.h"

static volatile sig_atomic_t count;

static void compute_too(int signal, siginfo_t *info, void *context)
{
	double x = 1;
	int i;

	(void)signal, (void)info, (void)context;
	for (i = 1; i < 50; i++)
		x = x * 1.5 + i;
	CHECK(x > 1e8);
	compute(50);
	count++;
}

static double series(void)
{
	double sum = 0;
	int i;

	for (i = 1; i < 2000; i++)
		sum += 1.0 / i;
	return sum;
}

int main(void)
{
	struct timespec tick = { .tv_nsec = 2 * MS };
	struct itimerspec often = { tick, tick };
	double first = series();
	timer_t timer;

	handle(SIGALRM, compute_too, SA_RESTART);
	handle(SIGUSR1, compute_too, SA_RESTART);
	pester_start(SIGUSR1);
	pester(true);
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
	CHECK_EQ(timer_settime(timer, 0, &often, NULL), 0);
	ready();
	spin_moved();
	while (again(ROUNDS)) {
		CHECK(series() == first);
		compute(SPIN / 4);
	}
	CHECK(count > 0);
	pester_end();
	return pass();
}
