// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Without SA_RESTART a read that blocks ends with EINTR after the handler.
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
	int fds[2], before;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	handle(SIGUSR1, note, 0);
	pester_start(SIGUSR1);
	ready();
	while (again(FEW_ROUNDS)) {
		before = count;
		pester(true);
		CHECK_ERRNO(read(fds[0], &byte, 1), EINTR);
		CHECK(count > before);
		pester(false);
	}
	/* What is there is read, and what was interrupted has taken nothing. */
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(read(fds[0], &byte, 1), 1);
	pester_end();
	return pass();
}
