// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sixteen children live at the same time; each is waited for by whoever ends first.
 */
#include "harness.h"

#define CHILDREN 16

static void live(void *number)
{
	rest_ms((uintptr_t)number % 4);
	compute(1000 * ((uintptr_t)number % 5));
	_exit((uintptr_t)number);
}

int main(void)
{
	pid_t pids[CHILDREN], pid;
	uintptr_t i;
	int status, left;

	ready();
	wait_moved();
	while (again(4)) {
		for (i = 0; i < CHILDREN; i++)
			pids[i] = child(live, (void *)i);
		for (left = CHILDREN; left; left--) {
			pid = wait(&status);
			CHECK(pid > 0 && WIFEXITED(status));
			i = WEXITSTATUS(status);
			CHECK(i < CHILDREN);
			CHECK_EQ(pid, pids[i]);
			pids[i] = 0;
		}
	}
	return pass();
}
