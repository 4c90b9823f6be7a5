// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A handler with SA_RESETHAND runs once; then the signal does what it usually
 * does, here nothing.
 */
#include "harness.h"

static volatile int count;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	count++;
}

int main(void)
{
	struct sigaction is;
	int i;

	handle(SIGURG, note, SA_RESETHAND);
	ready();
	wait_moved();
	for (i = 1; i <= ROUNDS; i++) {
		CHECK_EQ(raise(SIGURG), 0);
		CHECK_EQ(count, i);
		CHECK_EQ(raise(SIGURG), 0);
		CHECK_EQ(count, i);
		CHECK_EQ(sigaction(SIGURG, NULL, &is), 0);
		CHECK(is.sa_handler == SIG_DFL);
		handle(SIGURG, note, SA_RESETHAND);
	}
	return pass();
}
