// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A handler's mask holds back what it names, and nothing else: a signal that is
 * not named interrupts the handler.
 */
#include "harness.h"

static volatile int depth, deepest, held;

static void deeper(int signal, siginfo_t *info, void *context)
{
	(void)info, (void)context;
	depth++;
	if (depth > deepest)
		deepest = depth;
	compute(100);
	if (depth < 5)
		raise(signal);
	depth--;
}

static void hold(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	held++;
}

static void outer(int signal, siginfo_t *info, void *context)
{
	int before = held;

	(void)signal, (void)info, (void)context;
	CHECK(blocked(SIGUSR2) && blocked(SIGWINCH));
	raise(SIGUSR2);
	CHECK_EQ(held, before);
}

int main(void)
{
	struct sigaction action = {
		.sa_sigaction = outer,
		.sa_flags = SA_SIGINFO,
	};
	int i;

	sigaddset(&action.sa_mask, SIGUSR2);
	CHECK_EQ(sigaction(SIGWINCH, &action, NULL), 0);
	handle(SIGUSR1, deeper, SA_NODEFER);
	handle(SIGUSR2, hold, 0);
	ready();
	wait_moved();
	for (i = 1; i <= ROUNDS; i++) {
		deepest = 0;
		raise(SIGUSR1);
		CHECK_EQ(deepest, 5);
		CHECK_EQ(depth, 0);
		raise(SIGWINCH);
		CHECK_EQ(held, i);
		CHECK(!blocked(SIGUSR2));
	}
	return pass();
}
