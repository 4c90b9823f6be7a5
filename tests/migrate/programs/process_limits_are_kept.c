// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits that were set before the move hold after it, and can be lowered there:
 * those of descriptors, of the stack, of file sizes and of the address space.
 */
#include <sys/resource.h>

#include "harness.h"

static void open_too_many(rlim_t limit)
{
	int last = -1, fd;

	while ((fd = dup(STDOUT_FILENO)) >= 0)
		last = fd;
	CHECK_EQ(errno, EMFILE);
	CHECK_EQ(last, limit - 1);
	for (fd = 3; fd <= last; fd++)
		CHECK_EQ(close(fd), 0);
}

int main(void)
{
	struct rlimit files = { 40, 60 }, small = { 100, 100 }, is;
	struct rlimit memory = { 64 * MIB, RLIM_INFINITY };
	int fd;

	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
	CHECK_EQ(setrlimit(RLIMIT_AS, &memory), 0);
	ready();
	wait_moved();
	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &is), 0);
	CHECK(is.rlim_cur == 40 && is.rlim_max == 60);
	open_too_many(40);
	files.rlim_cur = 50;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
	open_too_many(50);
	while (again(FEW_ROUNDS)) {
		CHECK(mmap(NULL, 100 * MIB, PROT_READ,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
		CHECK_EQ(errno, ENOMEM);
		CHECK_EQ(getrlimit(RLIMIT_STACK, &is), 0);
		CHECK_EQ(prlimit(0, RLIMIT_STACK, &is, NULL), 0);
	}
	signal(SIGXFSZ, SIG_IGN);
	CHECK_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
	fd = new_file("data", "", 0);
	CHECK_ERRNO(pwrite(fd, "x", 1, 100), EFBIG);
	return pass();
}
