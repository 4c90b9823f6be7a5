// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that began before the move end after it, by return, by pthread_exit()
 * in the middle and detached; the others stay.
 */
#include <semaphore.h>

#include "harness.h"

static sem_t go, gone;

static void leave(void)
{
	pthread_exit((void *)2);
}

static void *end(void *how)
{
	sem_wait(&go);
	sem_post(&gone);
	if (how)
		leave();
	return (void *)1;
}

static int threads_now(void)
{
	const char *line = strstr(text_of("/proc/self/status"), "Threads:");

	CHECK(line);
	return atoi(line + strlen("Threads:"));
}

int main(void)
{
	pthread_t returns, exits, stays;
	int i, k;

	sem_init(&go, 0, 0);
	sem_init(&gone, 0, 0);
	stays = thread_start(end, NULL);
	ready();
	for (i = 0; again(FEW_ROUNDS); i++) {
		returns = thread_start(end, NULL);
		exits = thread_start(end, &go);
		pthread_detach(thread_start(end, NULL));
		if (i == 0)
			wait_moved();
		for (k = 0; k < 4; k++)
			sem_post(&go);
		for (k = 0; k < 4; k++)
			sem_wait(&gone);
		CHECK_EQ((uintptr_t)thread_join(returns), 1);
		CHECK_EQ((uintptr_t)thread_join(exits), 2);
		CHECK_EQ((uintptr_t)thread_join(stays), 1);
		while (threads_now() != 1)
			rest_ms(1);
		stays = thread_start(end, NULL);
	}
	sem_post(&go);
	thread_join(stays);
	return pass();
}
