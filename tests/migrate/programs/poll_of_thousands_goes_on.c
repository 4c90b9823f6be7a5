// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A poll() of more descriptors than a forwarded call has room for was begun before
 * the process was moved, and goes on.
 */
#include <sys/resource.h>

#include "harness.h"

#define MANY 9000

static struct pollfd set[MANY];
static int fds[2];
static volatile pid_t waiter;

static void *wait_for_it(void *unused)
{
	int i;

	for (i = 0; i < MANY; i++)
		set[i] = (struct pollfd){ .fd = i == 42 ? fds[0] : -1,
					  .events = POLLIN };
	waiter = gettid();
	CHECK_EQ(poll(set, MANY, 1000 * 1000), 1);
	CHECK_EQ(set[42].revents, POLLIN);
	return unused;
}

int main(void)
{
	struct rlimit limit;
	pthread_t thread;
	char byte;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK(limit.rlim_max >= MANY);
	limit.rlim_cur = limit.rlim_max;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK_EQ(pipe(fds), 0);
	thread = thread_start(wait_for_it, NULL);
	while (!waiter)
		compute(10);
	await_state(waiter, 'S');
	ready();
	while (again(FEW_ROUNDS))
		compute(SPIN);
	CHECK_EQ(write(fds[1], "x", 1), 1);
	thread_join(thread);
	CHECK_EQ(read(fds[0], &byte, 1), 1);
	return pass();
}
