// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * epoll with levels and edges, changed and removed descriptors, and its data.
 */
#include <sys/epoll.h>

#include "harness.h"

#define PIPES 16

static int epoll, fds[PIPES][2];

static void control(int what, int number, uint32_t events)
{
	struct epoll_event event = {
		.events = events,
		.data.u64 = 0x7e55e7a00000000 + number,
	};

	CHECK_EQ(epoll_ctl(epoll, what, fds[number][0], &event), 0);
}

static void expect_one(int number)
{
	struct epoll_event events[PIPES];

	CHECK_EQ(epoll_wait(epoll, events, PIPES, -1), 1);
	CHECK_EQ(events[0].events, EPOLLIN);
	CHECK_EQ(events[0].data.u64, 0x7e55e7a00000000 + number);
}

static void expect_none(void)
{
	struct epoll_event events[PIPES];

	CHECK_EQ(epoll_wait(epoll, events, PIPES, 0), 0);
}

int main(void)
{
	int i, k;
	char byte;

	epoll = epoll_create1(EPOLL_CLOEXEC);
	for (i = 0; i < PIPES; i++) {
		CHECK_EQ(pipe(fds[i]), 0);
		control(EPOLL_CTL_ADD, i, i % 2 ? EPOLLIN | EPOLLET : EPOLLIN);
	}
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 2; i++) {
		k = i % PIPES;
		CHECK_EQ(write(fds[k][1], "x", 1), 1);
		expect_one(k);
		if (k % 2)
			expect_none(); /* told once for an edge */
		else
			expect_one(k);
		CHECK_EQ(read(fds[k][0], &byte, 1), 1);
		expect_none();
		control(EPOLL_CTL_DEL, k, 0);
		CHECK_EQ(write(fds[k][1], "x", 1), 1);
		expect_none();
		CHECK_EQ(read(fds[k][0], &byte, 1), 1);
		control(EPOLL_CTL_ADD, k, k % 2 ? EPOLLIN | EPOLLET : EPOLLIN);
	}
	return pass();
}
