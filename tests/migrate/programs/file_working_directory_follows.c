// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chdir(), fchdir() and getcwd(): relative names mean what they meant.
 */
#include "harness.h"

int main(void)
{
	char home[256], is[256];
	int top, i;

	CHECK_EQ(mkdir("a", 0755), 0);
	CHECK_EQ(mkdir("a/b", 0755), 0);
	CHECK(getcwd(home, sizeof(home)));
	top = open(".", O_RDONLY | O_DIRECTORY);
	CHECK_EQ(chdir("a"), 0);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 2; i++) {
		CHECK(getcwd(is, sizeof(is)));
		CHECK(strcmp(is + strlen(home), "/a") == 0);
		CHECK_EQ(chdir("b"), 0);
		close(new_file("data", "x", 1));
		CHECK_EQ(access("../b/data", F_OK), 0);
		CHECK_EQ(faccessat(top, "a/b/data", F_OK, 0), 0);
		CHECK_EQ(fchdir(top), 0);
		CHECK(getcwd(is, sizeof(is)));
		CHECK(strcmp(is, home) == 0);
		CHECK_EQ(unlinkat(top, "a/b/data", 0), 0);
		CHECK_EQ(chdir("a"), 0);
	}
	CHECK_ERRNO(chdir("nowhere"), ENOENT);
	return pass();
}
