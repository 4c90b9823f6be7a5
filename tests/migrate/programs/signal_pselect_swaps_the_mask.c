// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handler runs inside of pselect() and nowhere else.
 */
#include <sys/select.h>

#include "harness.h"

static volatile sig_atomic_t inside, count;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	CHECK(inside);
	count++;
}

static int wait_for(int fd, const struct timespec *timeout, sigset_t *mask)
{
	fd_set set;
	int result;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	result = pselect(fd + 1, &set, NULL, NULL, timeout, mask);
	if (result >= 0)
		CHECK_EQ(!!FD_ISSET(fd, &set), result);
	return result;
}

int main(void)
{
	const struct timespec soon = { .tv_nsec = MS };
	int fds[2], before;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	CHECK_EQ(pipe(fds), 0);
	handle(SIGUSR1, note, SA_RESTART);
	block(SIGUSR1, true);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		before = count;
		inside = true;
		CHECK_ERRNO(wait_for(fds[0], NULL, &none), EINTR);
		inside = false;
		CHECK(count > before);
		CHECK(blocked(SIGUSR1));
		CHECK_EQ(wait_for(fds[0], &soon, &all), 0);
	}
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(wait_for(fds[0], NULL, &all), 1);
	pester_end();
	return pass();
}
