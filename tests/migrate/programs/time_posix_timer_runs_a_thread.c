// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A timer that was made after the move runs its function in a thread.
 */
#include <semaphore.h>

#include "harness.h"

static sem_t ticks;

static void tick(union sigval value)
{
	CHECK_EQ(value.sival_int, 4711);
	sem_post(&ticks);
}

int main(void)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD,
		.sigev_value.sival_int = 4711,
		.sigev_notify_function = tick,
	};
	const struct itimerspec often = { { 0, 20 * MS }, { 0, 20 * MS } };
	timer_t timer;
	int i;

	sem_init(&ticks, 0, 0);
	ready();
	wait_moved();
	CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	CHECK_EQ(timer_settime(timer, 0, &often, NULL), 0);
	for (i = 0; i < FEW_ROUNDS; i++)
		while (sem_wait(&ticks) < 0)
			CHECK_EQ(errno, EINTR);
	CHECK_EQ(timer_delete(timer), 0);
	return pass();
}
