// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * open(), stat() and their relatives, with their errors.
 */
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "harness.h"

int main(void)
{
	struct statfs fs;
	struct statx stx;
	struct stat st;
	char name[32];
	int fd, i;

	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 2; i++) {
		snprintf(name, sizeof(name), "file-%d", i);
		CHECK_ERRNO(open(name, O_RDONLY), ENOENT);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0640);
		CHECK(fd >= 0);
		CHECK_ERRNO(open(name, O_WRONLY | O_CREAT | O_EXCL, 0640),
			    EEXIST);
		CHECK_EQ(write(fd, name, i + 1), i + 1);
		CHECK_EQ(fstat(fd, &st), 0);
		CHECK_EQ(st.st_size, i + 1);
		CHECK_EQ(st.st_mode, S_IFREG | 0640);
		CHECK_EQ(st.st_uid, getuid());
		CHECK_EQ(statx(AT_FDCWD, name, 0, STATX_ALL, &stx), 0);
		CHECK_EQ(stx.stx_size, i + 1);
		CHECK_EQ(stx.stx_ino, st.st_ino);
		CHECK_EQ(close(fd), 0);
		CHECK_ERRNO(close(fd), EBADF);
		CHECK_EQ(unlink(name), 0);
	}
	CHECK_EQ(stat("/dev/null", &st), 0);
	CHECK(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
	CHECK_EQ(statfs(".", &fs), 0);
	CHECK(fs.f_bsize > 0);
	CHECK_EQ(access("/", R_OK | X_OK), 0);
	return pass();
}
