// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A system call that gets a bad pointer says EFAULT, and a small number that is
 * no descriptor EBADF; one that does not exist ENOSYS.
 */
#include <sys/uio.h>

#include "harness.h"

int main(void)
{
	char *none =
		mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *rom =
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec bad = { none, 8 };
	int fds[2], zero = open("/dev/zero", O_RDWR);

	CHECK_EQ(pipe(fds), 0);
	ready();
	wait_moved();
	while (again(ROUNDS / 4)) {
		CHECK_ERRNO(write(fds[1], none, 8), EFAULT);
		CHECK_ERRNO(read(zero, none, 8), EFAULT);
		CHECK_ERRNO(read(zero, rom, 8), EFAULT);
		CHECK_ERRNO(readv(zero, &bad, 1), EFAULT);
		CHECK_ERRNO(syscall(SYS_pipe, none), EFAULT);
		CHECK_ERRNO(syscall(SYS_open, none, O_RDONLY), EFAULT);
		CHECK_ERRNO(syscall(SYS_fstat, zero, rom), EFAULT);
		CHECK_ERRNO(write(1000, "x", 1), EBADF);
		CHECK_ERRNO(syscall(9999), ENOSYS);
	}
	return pass();
}
