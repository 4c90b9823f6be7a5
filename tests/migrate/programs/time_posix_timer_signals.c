// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A timer that was made before the move sends its signal with its value.
 */
#include "harness.h"

static volatile sig_atomic_t ticks, deleted;
static timer_t timer;

static void tick(int signal, siginfo_t *info, void *context)
{
	(void)context;
	CHECK_EQ(signal, SIGRTMIN + 1);
	CHECK_EQ(info->si_code, SI_TIMER);
	CHECK_EQ(info->si_value.sival_int, 4711);
	/* One may still be on its way when its timer is not there any more. */
	CHECK(deleted || timer_getoverrun(timer) >= 0);
	ticks++;
}

int main(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGRTMIN + 1,
		.sigev_value.sival_int = 4711,
	};
	const struct itimerspec often = { { 0, 20 * MS }, { 0, 20 * MS } };
	struct itimerspec is;
	timer_t other;
	int seen;

	handle(SIGRTMIN + 1, tick, SA_RESTART);
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	CHECK_EQ(timer_settime(timer, 0, &often, NULL), 0);
	ready();
	spin_moved();
	seen = ticks;
	while (ticks < seen + FEW_ROUNDS)
		compute(SPIN);
	CHECK_EQ(timer_gettime(timer, &is), 0);
	CHECK_EQ(is.it_interval.tv_nsec, 20 * MS);
	deleted = true;
	CHECK_EQ(timer_delete(timer), 0);
	event.sigev_notify = SIGEV_NONE;
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &other), 0);
	CHECK_EQ(timer_delete(other), 0);
	return pass();
}
