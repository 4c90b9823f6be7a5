// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child that is forked right after the move sees memory that the parent has not
 * yet touched there, and keeps it when the parent changes or unmaps it.
 */
#include "harness.h"

#define SIZE (64 * PAGE)

static char *data;
static int fds[2];

static void compare(void *unused)
{
	char byte;

	(void)unused;
	CHECK_EQ(read(fds[0], &byte, 1),
		 1); /* until the parent has changed it */
	CHECK(filled(data, SIZE, 1));
}

int main(void)
{
	pid_t pid;
	int i;

	CHECK_EQ(pipe(fds), 0);
	data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fill(data, SIZE, 1);
	ready();
	wait_moved();
	for (i = 0; i < FEW_ROUNDS / 2; i++) {
		pid = child(compare, NULL);
		fill(data, SIZE / 2, 2);
		CHECK_EQ(munmap(data, SIZE), 0);
		CHECK_EQ(write(fds[1], "x", 1), 1);
		child_passed(pid);
		CHECK(mmap(data, SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			   0) == data);
		fill(data, SIZE, 1);
	}
	return pass();
}
