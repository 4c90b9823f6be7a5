// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sigwaitinfo() waits for a blocked signal and tells its sender.
 */
#include "harness.h"

int main(void)
{
	siginfo_t info;
	sigset_t set;
	pid_t sender;

	block(SIGUSR1, true);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sender = pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		memset(&info, 0, sizeof(info));
		CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1);
		CHECK_EQ(info.si_code, SI_USER);
		CHECK_EQ(info.si_pid, sender);
	}
	pester_end();
	return pass();
}
