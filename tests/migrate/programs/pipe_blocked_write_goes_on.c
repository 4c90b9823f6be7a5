// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A write that was larger than the pipe and blocked is moved, and nothing of it is
 * lost or doubled.
 */
#include "harness.h"

#define SIZE (4 * MIB)

static char out[SIZE], in[65536];
static int fds[2];

static void *write_all(void *unused)
{
	size_t done = 0;
	ssize_t put;

	while (done < SIZE) {
		put = write(fds[1], out + done, SIZE - done);
		CHECK(put > 0); /* not all at once if it was interrupted */
		done += put;
	}
	close(fds[1]);
	return unused;
}

int main(void)
{
	pthread_t writer;
	size_t done = 0;
	ssize_t got;

	CHECK_EQ(pipe(fds), 0);
	fill(out, SIZE, 1);
	writer = thread_start(write_all, NULL);
	ready();
	wait_moved();
	while ((got = read(fds[0], in, sizeof(in))) > 0) {
		CHECK(memcmp(in, out + done, got) == 0);
		done += got;
	}
	CHECK_EQ(got, 0);
	CHECK_EQ(done, SIZE);
	thread_join(writer);
	return pass();
}
