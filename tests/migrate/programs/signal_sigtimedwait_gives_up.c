// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sigtimedwait() without a signal ends in time, with one at once.
 */
#include "harness.h"

int main(void)
{
	const struct timespec soon = { .tv_nsec = 10 * MS };
	const struct timespec late = { .tv_sec = 1000 };
	siginfo_t info;
	int64_t begun;
	sigset_t set;

	block(SIGRTMIN, true);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	ready();
	while (again(FEW_ROUNDS)) {
		begun = now(CLOCK_MONOTONIC);
		CHECK_ERRNO(sigtimedwait(&set, &info, &soon), EAGAIN);
		CHECK(now(CLOCK_MONOTONIC) - begun >= 10 * MS - SLACK);
		sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 7 });
		CHECK_EQ(sigtimedwait(&set, &info, &late), SIGRTMIN);
		CHECK_EQ(info.si_value.sival_int, 7);
		CHECK_EQ(info.si_pid, getpid());
	}
	return pass();
}
