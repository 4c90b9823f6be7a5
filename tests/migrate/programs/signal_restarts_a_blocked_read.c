// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With SA_RESTART a read that blocks is interrupted by handlers and goes on. The
 * third handler writes what the read waits for.
 */
#include "harness.h"

static int fds[2];
static volatile sig_atomic_t count;

static void feed_by_third(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	if (++count == 3)
		CHECK_EQ(write(fds[1], "x", 1), 1);
}

int main(void)
{
	char byte;

	CHECK_EQ(pipe(fds), 0);
	handle(SIGUSR1, feed_by_third, SA_RESTART);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS / 3)) {
		count = 0;
		CHECK_EQ(read(fds[0], &byte, 1), 1);
		CHECK(count >= 3);
	}
	pester_end();
	return pass();
}
