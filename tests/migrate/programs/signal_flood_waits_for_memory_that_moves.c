// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signals that come faster than they can be taken, because the only thread brings
 * its memory from home, all come, and in order.
 */
#include "harness.h"

#define SIZE (8 * MIB)
#define BURST 2000

static volatile sig_atomic_t next;

static void expect_next(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	CHECK_EQ(info->si_value.sival_int, next);
	next++;
}

static void flood(void *orders)
{
	union sigval value = { .sival_int = 0 };
	int *fds = orders, i = 0;
	char byte;

	close(fds[1]);
	while (read(fds[0], &byte, 1) == 1)
		for (i = 0; i < BURST;) {
			if (sigqueue(getppid(), SIGRTMIN, value) == 0) {
				value.sival_int++;
				i++;
			} else {
				CHECK_EQ(errno, EAGAIN);
				rest_ms(1);
			}
		}
}

int main(void)
{
	char *p = mmap(NULL, 2 * SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *to = p + SIZE, *from;
	int fds[2], wanted = 0;
	pid_t sender;

	CHECK(p != MAP_FAILED);
	fill(p, SIZE, 1);
	CHECK_EQ(pipe(fds), 0);
	handle(SIGRTMIN, expect_next, SA_RESTART);
	sender = child(flood, fds);
	close(fds[0]);
	ready();
	wait_moved();
	while (again(2)) {
		CHECK_EQ(write(fds[1], "x", 1), 1);
		CHECK(mremap(p, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
			     to) == to);
		CHECK(filled(to, SIZE, 1));
		from = p;
		p = to;
		to = from;
		wanted += BURST;
		while (next < wanted)
			compute(1000);
	}
	close(fds[1]);
	child_passed(sender);
	CHECK_EQ(next, wanted);
	return pass();
}
