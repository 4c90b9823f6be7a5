// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handler runs inside of sigsuspend() and nowhere else.
 */
#include "harness.h"

static volatile sig_atomic_t inside, count;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	CHECK(inside);
	count++;
}

int main(void)
{
	sigset_t none;
	int before;

	sigemptyset(&none);
	handle(SIGUSR1, note, 0);
	block(SIGUSR1, true);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		before = count;
		inside = true;
		CHECK_ERRNO(sigsuspend(&none), EINTR);
		inside = false;
		CHECK(count > before);
		CHECK(blocked(SIGUSR1));
		compute(SPIN);
	}
	pester_end();
	return pass();
}
