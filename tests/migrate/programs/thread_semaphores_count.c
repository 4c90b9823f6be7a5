// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bounded queue between a producer and two consumers loses and doubles nothing.
 */
#include <semaphore.h>

#include "harness.h"

#define SLOTS 8

static unsigned int queue[SLOTS], from, to;
static sem_t free_slots, used_slots;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void put(unsigned int number)
{
	sem_wait(&free_slots);
	pthread_mutex_lock(&mutex);
	queue[to++ % SLOTS] = number;
	pthread_mutex_unlock(&mutex);
	sem_post(&used_slots);
}

static void *consume(void *unused)
{
	uintptr_t sum = 0, number;

	(void)unused;
	do {
		sem_wait(&used_slots);
		pthread_mutex_lock(&mutex);
		number = queue[from++ % SLOTS];
		pthread_mutex_unlock(&mutex);
		sem_post(&free_slots);
		sum += number;
	} while (number);
	return (void *)sum;
}

int main(void)
{
	pthread_t consumers[2];
	uintptr_t sum = 0;
	unsigned int n = 0;

	sem_init(&free_slots, 0, SLOTS);
	sem_init(&used_slots, 0, 0);
	consumers[0] = thread_start(consume, NULL);
	consumers[1] = thread_start(consume, NULL);
	ready();
	while (again(10 * ROUNDS)) {
		put(++n);
		sum += n;
	}
	put(0);
	put(0);
	sum -= (uintptr_t)thread_join(consumers[0]);
	sum -= (uintptr_t)thread_join(consumers[1]);
	CHECK_EQ(sum, 0);
	return pass();
}
