// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * abort() runs SIGABRT's handler, then kills with SIGABRT.
 */
#include "harness.h"

static void note(int signal, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	CHECK_EQ(signal, SIGABRT);
	pass();
}

int main(void)
{
	handle(SIGABRT, note, 0);
	will_end(SIGABRT);
	ready();
	wait_moved();
	abort();
}
