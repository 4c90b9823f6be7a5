// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * select() is told of more descriptors than its sets have room for, as by programs
 * that ask for all there could be: only those that there are count, and what lies
 * behind a set is left alone.
 */
#include <sys/resource.h>
#include <sys/select.h>

#include "harness.h"

#define GUARD 8192

static struct {
	fd_set in, out, except;
	char guard[GUARD];
} sets;

static void allow_many(void)
{
	struct rlimit limit;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void ask(int count, int in, int out, bool readable)
{
	struct timeval timeout = { .tv_sec = 1000 };

	FD_ZERO(&sets.in);
	FD_ZERO(&sets.out);
	FD_ZERO(&sets.except);
	FD_SET(in, &sets.in);
	FD_SET(out, &sets.out);
	FD_SET(in, &sets.except);
	CHECK_EQ(select(count, &sets.in, &sets.out, &sets.except, &timeout),
		 1 + readable);
	CHECK_EQ(!!FD_ISSET(in, &sets.in), readable);
	CHECK(FD_ISSET(out, &sets.out));
	FD_CLR(in, &sets.in);
	FD_CLR(out, &sets.out);
	CHECK(is_zero(&sets, 3 * sizeof(fd_set)));
	CHECK(filled(sets.guard, GUARD, 1));
}

int main(void)
{
	int fds[2], far, i;
	char byte;

	allow_many();
	CHECK_EQ(pipe(fds), 0);
	far = fcntl(fds[0], F_DUPFD, 700);
	CHECK(far >= 700);
	fill(sets.guard, GUARD, 1);
	ready();
	for (i = 0; again(FEW_ROUNDS); i++) {
		const int counts[] = { far + 1, 1024, 4096, 65536 };
		int count = counts[i % COUNT(counts)];

		/* A million perhaps, which is asked at home. */
		if (i % 16 == 15)
			count = getdtablesize();
		ask(count, far, fds[1], false);
		CHECK_EQ(write(fds[1], "x", 1), 1);
		ask(count, far, fds[1], true);
		CHECK_EQ(read(far, &byte, 1), 1);
	}
	return pass();
}
