// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poll() writes what it found, also when it found nothing and a signal ended it,
 * and leaves alone what it was asked for: another thread may change that meanwhile.
 */
#include "harness.h"

static struct pollfd set[2];
static int fds[2], wake[2];
static volatile bool waits;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
}

static void *change(void *unused)
{
	while (!waits)
		compute(10);
	rest_ms(5);
	set[0].events = POLLPRI;
	set[0].fd = -7;
	CHECK_EQ(write(wake[1], "x", 1), 1);
	return unused;
}

int main(void)
{
	pthread_t thread;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(pipe(wake), 0);
	handle(SIGUSR1, note, 0);
	pester_start(SIGUSR1);
	ready();
	while (again(FEW_ROUNDS)) {
		set[0] = (struct pollfd){ fds[0], POLLIN, POLLIN };
		set[1] = (struct pollfd){ wake[0], POLLIN, POLLERR };
		pester(true);
		CHECK_ERRNO(poll(set, 2, -1), EINTR);
		pester(false);
		CHECK_EQ(set[0].revents, 0);
		CHECK_EQ(set[1].revents, 0);
	}
	pester_end();
	thread = thread_start(change, NULL);
	waits = true;
	CHECK_EQ(poll(set, 2, -1), 1);
	thread_join(thread);
	CHECK_EQ(set[1].revents, POLLIN);
	CHECK_EQ(set[0].events, POLLPRI);
	CHECK_EQ(set[0].fd, -7);
	CHECK_EQ(read(wake[0], &byte, 1), 1);
	return pass();
}
