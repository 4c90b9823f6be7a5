// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prctl() sets the name that /proc shows, and other properties of the process.
 */
#include <sys/prctl.h>

#include "harness.h"

int main(void)
{
	char name[16], is[16];
	int i, value;

	CHECK_EQ(prctl(PR_SET_NAME, "before"), 0);
	ready();
	wait_moved();
	CHECK(strcmp(text_of("/proc/self/comm"), "before") == 0);
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
	for (i = 0; i < ROUNDS / 4; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		CHECK_EQ(prctl(PR_SET_NAME, name), 0);
		CHECK_EQ(prctl(PR_GET_NAME, is), 0);
		CHECK(strcmp(is, name) == 0);
		CHECK(strcmp(text_of("/proc/self/comm"), name) == 0);
		CHECK_EQ(prctl(PR_SET_PDEATHSIG, 1 + i % 30), 0);
		CHECK_EQ(prctl(PR_GET_PDEATHSIG, &value), 0);
		CHECK_EQ(value, 1 + i % 30);
		CHECK_EQ(prctl(PR_SET_PDEATHSIG, 0), 0);
	}
	CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	return pass();
}
