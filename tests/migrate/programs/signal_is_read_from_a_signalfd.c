// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A signalfd that was made before the move gives signals that come after it.
 */
#include <sys/signalfd.h>

#include "harness.h"

int main(void)
{
	struct signalfd_siginfo info;
	struct pollfd pollfd = { .events = POLLIN };
	sigset_t set;
	pid_t sender;
	int other;

	block(SIGUSR1, true);
	block(SIGUSR2, true);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pollfd.fd = signalfd(-1, &set, SFD_CLOEXEC);
	sender = pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		CHECK_EQ(poll(&pollfd, 1, -1), 1);
		CHECK_EQ(read(pollfd.fd, &info, sizeof(info)), sizeof(info));
		CHECK_EQ(info.ssi_signo, SIGUSR1);
		CHECK_EQ(info.ssi_pid, sender);
	}
	pester(false);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	other = signalfd(-1, &set, SFD_NONBLOCK);
	CHECK_ERRNO(read(other, &info, sizeof(info)), EAGAIN);
	CHECK_EQ(raise(SIGUSR2), 0);
	CHECK_EQ(read(other, &info, sizeof(info)), sizeof(info));
	CHECK_EQ(info.ssi_signo, SIGUSR2);
	pester_end();
	return pass();
}
