// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A filter that was forked before the move, and stays at home, answers each line;
 * the end of the pipe is its end.
 */
#include "harness.h"

static int to[2], from[2];

static void answer(void *unused)
{
	uint64_t number;

	(void)unused;
	close(to[1]);
	while (read(to[0], &number, 8) == 8) {
		number = number * 3 + 1;
		CHECK_EQ(write(from[1], &number, 8), 8);
	}
}

int main(void)
{
	uint64_t number, i;
	pid_t pid;

	CHECK_EQ(pipe(to), 0);
	CHECK_EQ(pipe(from), 0);
	pid = child(answer, NULL);
	close(to[0]);
	close(from[1]);
	ready();
	for (i = 0; again(2 * ROUNDS); i++) {
		CHECK_EQ(write(to[1], &i, 8), 8);
		CHECK_EQ(read(from[0], &number, 8), 8);
		CHECK_EQ(number, i * 3 + 1);
	}
	close(to[1]);
	CHECK_EQ(read(from[0], &number, 8), 0);
	child_passed(pid);
	return pass();
}
