// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poll() tells readable, writable, hung up and closed descriptors, waits as long as
 * it was told to, and is woken by another thread.
 */
#include "harness.h"

static int fds[2];

static void *write_later(void *unused)
{
	rest_ms(5);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	return unused;
}

int main(void)
{
	int other[2], i;
	pthread_t writer;
	int64_t begun;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(pipe(other), 0);
	close(other[1]);
	ready();
	for (i = 0; again(FEW_ROUNDS); i++) {
		struct pollfd p[] = {
			{ .fd = fds[0], .events = POLLIN },
			{ .fd = fds[1], .events = POLLOUT },
			{ .fd = other[0], .events = POLLIN },
			{ .fd = 1000, .events = POLLIN },
			{ .fd = -1, .events = POLLIN },
		};

		CHECK_EQ(poll(p, COUNT(p), -1), 3);
		CHECK_EQ(p[0].revents, 0);
		CHECK_EQ(p[1].revents, POLLOUT);
		CHECK_EQ(p[2].revents, POLLHUP);
		CHECK_EQ(p[3].revents, POLLNVAL);
		CHECK_EQ(p[4].revents, 0);
		begun = now(CLOCK_MONOTONIC);
		CHECK_EQ(poll(p, 1, 10), 0);
		CHECK(now(CLOCK_MONOTONIC) - begun >= 10 * MS - SLACK);
		writer = thread_start(write_later, NULL);
		CHECK_EQ(poll(p, 1, -1), 1);
		CHECK_EQ(p[0].revents, POLLIN);
		CHECK_EQ(read(fds[0], &byte, 1), 1);
		thread_join(writer);
	}
	return pass();
}
