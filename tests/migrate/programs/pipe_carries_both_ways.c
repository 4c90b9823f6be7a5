// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ends of pipes in one process, filled to the brim, and a fifo with a name.
 */
#include "harness.h"

int main(void)
{
	static char out[65536], in[65536];
	int fds[2], fifo, i;
	char byte;

	CHECK_EQ(pipe2(fds, O_NONBLOCK), 0);
	CHECK_EQ(fcntl(fds[1], F_SETPIPE_SZ, 65536), 65536);
	fill(out, sizeof(out), 1);
	CHECK_EQ(write(fds[1], out, sizeof(out)), sizeof(out));
	CHECK_EQ(mkfifo("fifo", 0600), 0);
	fifo = open("fifo", O_RDWR);
	CHECK_EQ(write(fifo, "fifo", 4), 4);
	ready();
	wait_moved();
	CHECK_EQ(read(fifo, in, 100), 4);
	CHECK(memcmp(in, "fifo", 4) == 0);
	for (i = 1; i < FEW_ROUNDS; i++) {
		CHECK_ERRNO(write(fds[1], "x", 1), EAGAIN);
		CHECK_EQ(read(fds[0], in, sizeof(in)), sizeof(in));
		CHECK(filled(in, sizeof(in), i));
		CHECK_ERRNO(read(fds[0], &byte, 1), EAGAIN);
		fill(out, sizeof(out), i + 1);
		CHECK_EQ(write(fds[1], out, sizeof(out)), sizeof(out));
	}
	return pass();
}
