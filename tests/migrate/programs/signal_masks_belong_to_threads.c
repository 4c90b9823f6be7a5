// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each thread has its own mask, and a new thread inherits its maker's.
 */
#include "harness.h"

static pthread_barrier_t all;

static void *has_own_mask(void *unused)
{
	CHECK(blocked(SIGUSR1)); /* inherited */
	block(SIGUSR1, false);
	block(SIGUSR2, true);
	pthread_barrier_wait(&all);
	pthread_barrier_wait(&all);
	CHECK(!blocked(SIGUSR1));
	CHECK(blocked(SIGUSR2));
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_barrier_init(&all, NULL, 2);
	block(SIGUSR1, true);
	thread = thread_start(has_own_mask, NULL);
	pthread_barrier_wait(&all);
	ready();
	wait_moved();
	for (;;) {
		pthread_barrier_wait(&all);
		CHECK(blocked(SIGUSR1));
		CHECK(!blocked(SIGUSR2));
		thread_join(thread);
		if (!again(ROUNDS / 4))
			break;
		thread = thread_start(has_own_mask, NULL);
		pthread_barrier_wait(&all);
	}
	return pass();
}
