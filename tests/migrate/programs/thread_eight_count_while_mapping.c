// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Eight threads count under one mutex while each maps, fills and unmaps memory.
 */
#include "harness.h"

#define THREADS 8

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long count;
static volatile bool over;

static void *count_and_map(void *seed)
{
	uintptr_t rounds = 0;

	while (!over) {
		size_t size = PAGE * (1 + rounds % 5);
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(p != MAP_FAILED);
		fill(p, size, (uintptr_t)seed);
		pthread_mutex_lock(&mutex);
		count++;
		pthread_mutex_unlock(&mutex);
		rounds++;
		CHECK(filled(p, size, (uintptr_t)seed));
		CHECK_EQ(munmap(p, size), 0);
	}
	return (void *)rounds;
}

int main(void)
{
	pthread_t threads[THREADS];
	unsigned long sum = 0;
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(count_and_map, (void *)i);
	ready();
	wait_moved();
	while (again(ROUNDS))
		compute(SPIN);
	over = true;
	for (i = 0; i < THREADS; i++)
		sum += (uintptr_t)thread_join(threads[i]);
	CHECK_EQ(count, sum);
	return pass();
}
