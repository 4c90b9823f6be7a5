// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fork() after the move: the child has the same memory, and changes in one are not
 * seen in the other; wait() gets its status.
 */
#include "harness.h"

static char data[16 * PAGE];

static void change(void *seed)
{
	CHECK(filled(data, sizeof(data), 1));
	fill(data, sizeof(data), (uintptr_t)seed);
	compute(1000);
	CHECK(filled(data, sizeof(data), (uintptr_t)seed));
	_exit((uintptr_t)seed % 256);
}

int main(void)
{
	uintptr_t i;
	int status;
	pid_t pid;

	fill(data, sizeof(data), 1);
	ready();
	wait_moved();
	for (i = 2; i < (unsigned int)FEW_ROUNDS; i++) {
		pid = child(change, (void *)i);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFEXITED(status));
		CHECK_EQ(WEXITSTATUS(status), i);
		CHECK(filled(data, sizeof(data), 1));
	}
	CHECK_ERRNO(wait(&status), ECHILD);
	return pass();
}
