// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A signalfd that was made before the move gives signals that come after it, each
 * once: it is told by poll(), or read by one who blocks in it while others compute.
 */
#include <sys/signalfd.h>

#include "harness.h"

static int orders[2];
static bool done;

/* One signal for one byte. */
static void send_signals(void *unused)
{
	char byte;

	(void)unused;
	close(orders[1]);
	while (read(orders[0], &byte, 1) == 1)
		CHECK_EQ(kill(getppid(), SIGUSR1), 0);
}

static void *compute_on(void *unused)
{
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		compute(1000);
	return unused;
}

static void order(void)
{
	CHECK_EQ(write(orders[1], "x", 1), 1);
}

static void take(int fd, pid_t sender)
{
	struct signalfd_siginfo info;

	CHECK_EQ(read(fd, &info, sizeof(info)), sizeof(info));
	CHECK_EQ(info.ssi_signo, SIGUSR1);
	CHECK_EQ(info.ssi_pid, sender);
}

int main(void)
{
	struct signalfd_siginfo info;
	struct pollfd pollfd = { .events = POLLIN };
	pthread_t other_thread;
	sigset_t set;
	pid_t sender;
	int other;

	block(SIGUSR1, true);
	block(SIGUSR2, true);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pollfd.fd = signalfd(-1, &set, SFD_CLOEXEC);
	CHECK_EQ(pipe(orders), 0);
	sender = child(send_signals, NULL);
	close(orders[0]);
	other_thread = thread_start(compute_on, NULL);
	ready();
	while (again(FEW_ROUNDS)) {
		order();
		CHECK_EQ(poll(&pollfd, 1, -1), 1);
		take(pollfd.fd, sender);
		order();
		take(pollfd.fd, sender);
		compute(SPIN); /* there again, perhaps */
		order();
		rest_ms(5);
		take(pollfd.fd, sender);
	}
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
	thread_join(other_thread);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	other = signalfd(-1, &set, SFD_NONBLOCK);
	CHECK_ERRNO(read(other, &info, sizeof(info)), EAGAIN);
	CHECK_EQ(raise(SIGUSR2), 0);
	CHECK_EQ(read(other, &info, sizeof(info)), sizeof(info));
	CHECK_EQ(info.ssi_signo, SIGUSR2);
	close(orders[1]);
	child_passed(sender);
	return pass();
}
