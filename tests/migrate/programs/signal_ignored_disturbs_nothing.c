// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An ignored signal interrupts no sleep and no read.
 */
#include "harness.h"

int main(void)
{
	struct timespec left, time = { .tv_nsec = 50 * MS };
	struct sigaction is;

	signal(SIGUSR1, SIG_IGN);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 2)) {
		CHECK_EQ(nanosleep(&time, &left), 0);
		compute(SPIN);
	}
	CHECK_EQ(sigaction(SIGUSR1, NULL, &is), 0);
	CHECK(is.sa_handler == SIG_IGN);
	pester_end();
	return pass();
}
