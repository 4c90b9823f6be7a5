// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nanosleep() that a handler interrupts says how much is left.
 */
#include "harness.h"

static volatile sig_atomic_t count;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	count++;
}

int main(void)
{
	const int64_t wanted = 1000 * 1000 * MS;
	struct timespec time = timespec_of(wanted), left;
	int64_t begun, slept, rest;

	handle(SIGUSR1, note, SA_RESTART);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		begun = now(CLOCK_MONOTONIC);
		CHECK_ERRNO(nanosleep(&time, &left), EINTR);
		slept = now(CLOCK_MONOTONIC) - begun;
		rest = left.tv_sec * 1000 * MS + left.tv_nsec;
		CHECK(rest <= wanted);
		CHECK(slept + rest >= wanted - SLACK);
		CHECK(rest > wanted / 2);
	}
	CHECK(count > 0);
	pester_end();
	return pass();
}
