// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pause() sleeps until a handler has run.
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
	int before;

	handle(SIGUSR1, note, SA_RESTART);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		before = count;
		CHECK_ERRNO(pause(), EINTR);
		CHECK(count > before);
	}
	pester_end();
	return pass();
}
