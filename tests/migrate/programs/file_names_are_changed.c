// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rename(), link(), symlink(), unlink(), mkdir() and rmdir().
 */
#include "harness.h"

int main(void)
{
	char target[32];
	struct stat st;
	int i;

	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4; i++) {
		close(new_file("old", "content", 7));
		CHECK_EQ(rename("old", "new"), 0);
		CHECK_ERRNO(stat("old", &st), ENOENT);
		CHECK_EQ(link("new", "twin"), 0);
		CHECK_EQ(stat("twin", &st), 0);
		CHECK_EQ(st.st_nlink, 2);
		CHECK_EQ(symlink("new", "pointer"), 0);
		memset(target, 0, sizeof(target));
		CHECK_EQ(readlink("pointer", target, sizeof(target)), 3);
		CHECK(strcmp(target, "new") == 0);
		CHECK_EQ(lstat("pointer", &st), 0);
		CHECK(S_ISLNK(st.st_mode));
		CHECK(strcmp(text_of("pointer"), "content") == 0);
		CHECK_EQ(mkdir("dir", 0700), 0);
		CHECK_EQ(renameat2(AT_FDCWD, "twin", AT_FDCWD, "dir/twin", 0),
			 0);
		CHECK_ERRNO(rmdir("dir"), ENOTEMPTY);
		CHECK_EQ(unlink("dir/twin"), 0);
		CHECK_EQ(rmdir("dir"), 0);
		CHECK_EQ(unlink("pointer"), 0);
		CHECK_EQ(unlink("new"), 0);
	}
	return pass();
}
