// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * readv() and writev() with many parts, empty ones among them.
 */
#include <sys/uio.h>

#include "harness.h"

#define PARTS 100

int main(void)
{
	static uint64_t in[PARTS * 8], out[PARTS * 8];
	struct iovec from[PARTS], to[PARTS];
	size_t total = 0, size;
	int fd = new_file("data", "", 0), i;

	for (i = 0; i < PARTS; i++) {
		size = i % 4 * 16;
		from[i] = (struct iovec){ (char *)out + total, size };
		to[PARTS - 1 - i].iov_len = size;
		total += size;
	}
	for (i = 0, size = 0; i < PARTS; i++) {
		to[i].iov_base = (char *)in + size;
		size += to[i].iov_len;
	}
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 2; i++) {
		fill(out, total, i);
		CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
		CHECK_EQ(writev(fd, from, PARTS), total);
		CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
		CHECK_EQ(readv(fd, to, PARTS), total);
		CHECK(filled(in, total, i));
	}
	CHECK_ERRNO(syscall(SYS_writev, fd, from, 5000), EINVAL);
	return pass();
}
