// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vfork(): the parent waits while its child uses its memory.
 */
#include "harness.h"

int main(void)
{
	static volatile int written;
	int status, i;
	pid_t pid;

	ready();
	wait_moved();
	for (i = 1; i < FEW_ROUNDS / 2; i++) {
		pid = vfork();
		CHECK(pid >= 0);
		if (pid == 0) {
			written = i;
			_exit(i);
		}
		CHECK_EQ(written, i);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(WEXITSTATUS(status), i);
	}
	return pass();
}
