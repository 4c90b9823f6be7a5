// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads end one after the other, the oldest first, while the process is moved
 * and the first thread waits for the last of them; all are joined with their
 * results.
 */
#include <semaphore.h>

#include "harness.h"

#define THREADS 12

struct chain {
	pthread_t threads[THREADS];
	sem_t turns[THREADS];
};

struct link {
	struct chain *chain;
	unsigned int number;
};

static struct chain first, second;
static struct link links[2][THREADS];

static void *end(void *argument)
{
	const struct link *link = argument;
	unsigned int next = link->number + 1;

	while (sem_wait(&link->chain->turns[link->number]) < 0)
		CHECK_EQ(errno, EINTR);
	compute(SPIN);
	rest_ms(5);
	if (next < THREADS)
		sem_post(&link->chain->turns[next]);
	compute(SPIN / 4); /* so that two of them end at about the same time */
	return (void *)(uintptr_t)(3 * link->number + 1);
}

static void start(struct chain *chain)
{
	struct link *own = links[chain == &second];
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		own[i] = (struct link){ chain, i };
		sem_init(&chain->turns[i], 0, 0);
		chain->threads[i] = thread_start(end, &own[i]);
	}
}

static void let_go(struct chain *chain)
{
	sem_post(&chain->turns[0]);
}

/* In the last one's join while the others end. */
static void join_all(struct chain *chain)
{
	unsigned int i;

	for (i = THREADS; i-- > 0;)
		CHECK_EQ((uintptr_t)thread_join(chain->threads[i]), 3 * i + 1);
}

int main(void)
{
	start(&first);
	start(&second);
	let_go(&first);
	ready(); /* it is moved while the first of them end */
	join_all(&first);
	wait_moved();
	let_go(&second);
	join_all(&second);
	while (again(FEW_ROUNDS / 4)) {
		start(&first); /* at home */
		let_go(&first);
		join_all(&first);
	}
	return pass();
}
