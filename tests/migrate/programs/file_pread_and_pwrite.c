// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pread() and pwrite() leave the offset alone, also with several buffers.
 */
#include <sys/uio.h>

#include "harness.h"

int main(void)
{
	char a[3], b[5], in[8] = "tessera";
	struct iovec parts[] = { { a, 3 }, { b, 5 } };
	int fd = new_file("data", "0123456789", 10), i;

	CHECK_EQ(lseek(fd, 4, SEEK_SET), 4);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS; i++) {
		in[7] = i;
		CHECK_EQ(pwrite(fd, in, 8, 100 + i), 8);
		CHECK_EQ(pread(fd, a, 3, 100 + i), 3);
		CHECK(memcmp(a, "tes", 3) == 0);
		CHECK_EQ(preadv(fd, parts, 2, 100 + i), 8);
		CHECK(memcmp(a, in, 3) == 0 && memcmp(b, in + 3, 5) == 0);
		CHECK_EQ(pwritev(fd, parts, 2, 1000), 8);
		CHECK_EQ(pread(fd, b, 5, 1003), 5);
		CHECK(memcmp(b, in + 3, 5) == 0);
		CHECK_EQ(lseek(fd, 0, SEEK_CUR), 4);
	}
	return pass();
}
