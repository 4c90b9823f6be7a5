// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A handler learns who sent the signal and how, while the process computes.
 */
#include "harness.h"

static pid_t sender;
static volatile sig_atomic_t count;

static void look(int signal, siginfo_t *info, void *context)
{
	(void)context;
	CHECK_EQ(signal, SIGUSR1);
	CHECK_EQ(info->si_signo, SIGUSR1);
	CHECK_EQ(info->si_code, SI_USER);
	CHECK_EQ(info->si_pid, sender);
	CHECK_EQ(info->si_uid, getuid());
	count++;
}

int main(void)
{
	int seen;

	handle(SIGUSR1, look, SA_RESTART);
	sender = pester_start(SIGUSR1);
	pester(true);
	ready();
	spin_moved();
	seen = count;
	while (count < seen + FEW_ROUNDS)
		compute(SPIN);
	pester_end();
	return pass();
}
