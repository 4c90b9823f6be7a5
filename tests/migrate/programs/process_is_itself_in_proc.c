// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/self is this process, with its program, its arguments, its descriptors and
 * its working directory.
 */
#include "harness.h"

int main(void)
{
	char exe[256] = "", is[256] = "", cwd[256] = "", name[32];
	int fd = new_file("data", "", 0), number, ppid, i;
	char state;

	CHECK(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	CHECK(getcwd(cwd, sizeof(cwd)));
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4; i++) {
		memset(is, 0, sizeof(is));
		CHECK(readlink("/proc/self", is, sizeof(is) - 1) > 0);
		CHECK_EQ(atoi(is), getpid());
		memset(is, 0, sizeof(is));
		CHECK(readlink("/proc/self/exe", is, sizeof(is) - 1) > 0);
		CHECK(strcmp(is, exe) == 0);
		memset(is, 0, sizeof(is));
		CHECK(readlink("/proc/self/cwd", is, sizeof(is) - 1) > 0);
		CHECK(strcmp(is, cwd) == 0);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		memset(is, 0, sizeof(is));
		CHECK(readlink(name, is, sizeof(is) - 1) > 0);
		CHECK(strcmp(is + strlen(cwd), "/data") == 0);
		CHECK_EQ(sscanf(text_of("/proc/self/stat"),
				"%d (%*15[^)]) %c %d", &number, &state, &ppid),
			 3);
		CHECK_EQ(number, getpid());
		CHECK_EQ(ppid, getppid());
		CHECK(strstr(text_of("/proc/self/cmdline"),
			     "process_is_itself"));
		CHECK(strstr(text_of("/proc/self/environ"), "PATH="));
	}
	return pass();
}
