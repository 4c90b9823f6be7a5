// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of a dynamically linked program with thread-local variables and a heap
 * that all of them use at the same time.
 */
#include "harness.h"

#define THREADS 4

static _Thread_local unsigned int own;

static void *allocate(void *number)
{
	uint64_t *blocks[32] = { NULL };
	unsigned int seed = (uintptr_t)number, k;

	for (own = 0; own < 10u * ROUNDS; own++) {
		k = rand_r(&seed) % COUNT(blocks);
		if (blocks[k])
			CHECK(filled(blocks[k] + 1, 8 * (k + 1), *blocks[k]));
		free(blocks[k]);
		blocks[k] = malloc(8 * (k + 2));
		CHECK(blocks[k]);
		*blocks[k] = own;
		fill(blocks[k] + 1, 8 * (k + 1), own);
	}
	for (k = 0; k < COUNT(blocks); k++)
		free(blocks[k]);
	return (void *)(uintptr_t)own;
}

int main(void)
{
	pthread_t threads[THREADS];
	uintptr_t i;

	ready();
	while (again(8)) {
		for (i = 0; i < THREADS; i++)
			threads[i] = thread_start(allocate, (void *)i);
		for (i = 0; i < THREADS; i++)
			CHECK_EQ((uintptr_t)thread_join(threads[i]),
				 10 * ROUNDS);
		CHECK_EQ(own, 0);
	}
	return pass();
}
