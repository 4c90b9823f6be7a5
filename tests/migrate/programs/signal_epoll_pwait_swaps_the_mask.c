// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handler runs inside of epoll_pwait() and nowhere else.
 */
#include <sys/epoll.h>

#include "harness.h"

static volatile sig_atomic_t inside, count;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	CHECK(inside);
	count++;
}

int main(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x7e55e7a };
	int fds[2], before, epoll = epoll_create1(0);
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event), 0);
	handle(SIGUSR1, note, SA_RESTART);
	block(SIGUSR1, true);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		before = count;
		inside = true;
		CHECK_ERRNO(epoll_pwait(epoll, &event, 1, -1, &none), EINTR);
		inside = false;
		CHECK(count > before);
		CHECK(blocked(SIGUSR1));
		CHECK_EQ(epoll_pwait(epoll, &event, 1, 1, &all), 0);
	}
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(epoll_pwait(epoll, &event, 1, -1, &all), 1);
	CHECK_EQ(event.data.u64, 0x7e55e7a);
	pester_end();
	return pass();
}
