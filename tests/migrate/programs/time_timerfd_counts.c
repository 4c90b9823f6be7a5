// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A timerfd counts its ticks, and one for a time on the clock is not early.
 */
#include <sys/timerfd.h>

#include "harness.h"

int main(void)
{
	const struct itimerspec often = { { 0, 20 * MS }, { 0, 20 * MS } };
	int ticking = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int once = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct pollfd pollfd = { .fd = ticking, .events = POLLIN };
	struct itimerspec then = { 0 };
	uint64_t count, sum = 0;
	int64_t begun, time;

	begun = now(CLOCK_MONOTONIC);
	CHECK_EQ(timerfd_settime(ticking, 0, &often, NULL), 0);
	ready();
	while (again(FEW_ROUNDS)) {
		CHECK_EQ(poll(&pollfd, 1, -1), 1);
		CHECK_EQ(read(ticking, &count, sizeof(count)), sizeof(count));
		sum += count;
		time = now(CLOCK_MONOTONIC) - begun;
		/* The clock there is behind by what the network takes. */
		CHECK((int64_t)sum <= (time + 10 * SLACK) / (20 * MS));
	}
	time = now(CLOCK_MONOTONIC) + 50 * MS;
	then.it_value = timespec_of(time);
	CHECK_EQ(timerfd_settime(once, TFD_TIMER_ABSTIME, &then, NULL), 0);
	CHECK_EQ(read(once, &count, sizeof(count)), sizeof(count));
	CHECK_EQ(count, 1);
	/* As above: it is home's clock that it waits for. */
	CHECK(now(CLOCK_MONOTONIC) >= time - 10 * SLACK);
	CHECK_EQ(timerfd_gettime(ticking, &then), 0);
	CHECK_EQ(then.it_interval.tv_nsec, 20 * MS);
	return pass();
}
