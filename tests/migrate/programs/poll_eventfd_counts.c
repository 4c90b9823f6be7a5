// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An eventfd wakes a thread, and counts as a semaphore and as a sum.
 */
#include <sys/eventfd.h>

#include "harness.h"

static int ask, reply;

static void *answer(void *unused)
{
	uint64_t count;

	do {
		CHECK_EQ(read(ask, &count, 8), 8);
		CHECK_EQ(write(reply, &count, 8), 8);
	} while (count < 1000000);
	return unused;
}

int main(void)
{
	int semaphore = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
	uint64_t count, i;
	pthread_t thread;

	ask = eventfd(0, 0);
	reply = eventfd(0, 0);
	thread = thread_start(answer, NULL);
	ready();
	wait_moved();
	for (i = 1; i < (unsigned int)ROUNDS; i++) {
		CHECK_EQ(write(ask, &i, 8), 8);
		CHECK_EQ(read(reply, &count, 8), 8);
		CHECK_EQ(count, i);
	}
	count = 1000000;
	CHECK_EQ(write(ask, &count, 8), 8);
	thread_join(thread);
	CHECK_EQ(read(semaphore, &count, 8), 8);
	CHECK_EQ(count, 1);
	CHECK_EQ(read(semaphore, &count, 8), 8);
	CHECK_ERRNO(read(semaphore, &count, 8), EAGAIN);
	return pass();
}
