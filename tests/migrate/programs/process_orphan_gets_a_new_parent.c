// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A grandchild whose parent ends gets another one, and is not in anybody's way.
 */
#include "harness.h"

static int fds[2];

static void be_orphaned(void *parent)
{
	while (getppid() == *(pid_t *)parent)
		rest_ms(1);
	CHECK_EQ(write(fds[1], "x", 1), 1);
}

static void make_orphan(void *unused)
{
	pid_t self = getpid();

	(void)unused;
	child(be_orphaned, &self);
}

int main(void)
{
	char byte;

	CHECK_EQ(pipe(fds), 0);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 4)) {
		child_passed(child(make_orphan, NULL));
		CHECK_EQ(read(fds[0], &byte, 1), 1);
		CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
	}
	return pass();
}
