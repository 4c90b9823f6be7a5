// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queued real-time signals of a child at home come completely and in order.
 */
#include "harness.h"

#define BURST 20

static volatile sig_atomic_t next;

static void expect_next(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	CHECK_EQ(info->si_code, SI_QUEUE);
	CHECK_EQ(info->si_value.sival_int, next);
	next++;
}

static void send_bursts(void *orders)
{
	union sigval value = { .sival_int = 0 };
	int *fds = orders, i;
	char byte;

	close(fds[1]);
	while (read(fds[0], &byte, 1) == 1)
		for (i = 0; i < BURST; i++) {
			CHECK_EQ(sigqueue(getppid(), SIGRTMIN, value), 0);
			value.sival_int++;
		}
}

int main(void)
{
	int fds[2], wanted = 0;
	pid_t sender;

	CHECK_EQ(pipe(fds), 0);
	handle(SIGRTMIN, expect_next, SA_RESTART);
	sender = child(send_bursts, fds);
	close(fds[0]);
	ready();
	while (again(FEW_ROUNDS)) {
		CHECK_EQ(write(fds[1], "x", 1), 1);
		wanted += BURST;
		while (next < wanted)
			compute(1000);
	}
	close(fds[1]);
	child_passed(sender);
	CHECK_EQ(next, wanted);
	return pass();
}
