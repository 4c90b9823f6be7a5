// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that were moved while they blocked in a read get what comes later.
 */
#include "harness.h"

#define THREADS 4

static int in[2], out[2];

static void *echo(void *unused)
{
	char byte;

	while (read(in[0], &byte, 1) == 1 && byte) {
		byte++;
		CHECK_EQ(write(out[1], &byte, 1), 1);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[THREADS];
	char byte;
	int i;

	CHECK_EQ(pipe(in), 0);
	CHECK_EQ(pipe(out), 0);
	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(echo, NULL);
	ready();
	wait_moved();
	while (again(ROUNDS)) {
		CHECK_EQ(write(in[1], "a", 1), 1);
		CHECK_EQ(read(out[0], &byte, 1), 1);
		CHECK_EQ(byte, 'b');
	}
	CHECK_EQ(write(in[1], "\0\0\0\0", THREADS), THREADS);
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	return pass();
}
