// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handler runs inside of ppoll() and nowhere else; a descriptor that is ready
 * and a timeout end it, too.
 */
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
	const struct timespec soon = { .tv_nsec = MS };
	struct pollfd pollfd = { .events = POLLIN };
	int fds[2], before;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	CHECK_EQ(pipe(fds), 0);
	pollfd.fd = fds[0];
	handle(SIGUSR1, note, SA_RESTART);
	block(SIGUSR1, true);
	pester_start(SIGUSR1);
	pester(true);
	ready();
	while (again(FEW_ROUNDS)) {
		before = count;
		inside = true;
		CHECK_ERRNO(ppoll(&pollfd, 1, NULL, &none), EINTR);
		inside = false;
		CHECK(count > before);
		CHECK(blocked(SIGUSR1));
		CHECK_EQ(ppoll(&pollfd, 1, &soon, &all), 0);
	}
	CHECK_EQ(write(fds[1], "x", 1), 1);
	CHECK_EQ(ppoll(&pollfd, 1, NULL, &all), 1);
	CHECK_EQ(pollfd.revents, POLLIN);
	pester_end();
	return pass();
}
