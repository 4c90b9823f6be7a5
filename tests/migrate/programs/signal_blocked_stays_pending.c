// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signals that came while they were blocked are still there after the move, come
 * when they are unblocked, and not earlier.
 */
#include "harness.h"

static volatile int plain, queued;

static void count(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (signal == SIGUSR1)
		plain++;
	else
		CHECK_EQ(info->si_value.sival_int, ++queued);
}

static bool pending(int signal)
{
	sigset_t set;

	CHECK_EQ(sigpending(&set), 0);
	return sigismember(&set, signal);
}

int main(void)
{
	int i;

	handle(SIGUSR1, count, 0);
	handle(SIGRTMIN, count, 0);
	block(SIGUSR1, true);
	block(SIGRTMIN, true);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(kill(getpid(), SIGUSR1), 0);
	for (i = 1; i <= 3; i++)
		sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i });
	ready();
	wait_moved();
	CHECK(pending(SIGUSR1) && pending(SIGRTMIN) && !pending(SIGUSR2));
	CHECK(blocked(SIGUSR1) && blocked(SIGRTMIN) && !blocked(SIGUSR2));
	CHECK_EQ(plain + queued, 0);
	block(SIGRTMIN, false);
	CHECK_EQ(queued, 3);
	block(SIGUSR1, false);
	CHECK(plain == 1 || plain == 2); /* one to the thread, one to all */
	CHECK(!pending(SIGUSR1) && !pending(SIGRTMIN));
	for (i = 0; i < ROUNDS; i++) {
		block(SIGUSR1, true);
		plain = 0;
		CHECK_EQ(raise(SIGUSR1), 0);
		compute(1000);
		CHECK_EQ(plain, 0);
		CHECK(pending(SIGUSR1));
		block(SIGUSR1, false);
		CHECK_EQ(plain, 1);
	}
	return pass();
}
