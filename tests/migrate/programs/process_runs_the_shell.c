// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * system() and popen(), with their status and output.
 */
#include "harness.h"

int main(void)
{
	char line[64], command[64];
	FILE *pipe;
	int i;

	ready();
	wait_moved();
	for (i = 0; i < FEW_ROUNDS / 4; i++) {
		CHECK_EQ(WEXITSTATUS(system("exit 7")), 7);
		CHECK_EQ(system("echo from the shell >shell"), 0);
		CHECK(strcmp(text_of("shell"), "from the shell") == 0);
		snprintf(command, sizeof(command), "echo $PPID; exit %d", i);
		pipe = popen(command, "r");
		CHECK(pipe && fgets(line, sizeof(line), pipe));
		CHECK_EQ(atoi(line), getpid());
		CHECK_EQ(WEXITSTATUS(pclose(pipe)), i);
	}
	return pass();
}
