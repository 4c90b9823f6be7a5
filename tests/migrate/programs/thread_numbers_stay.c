// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each thread keeps its number and its name, also in /proc.
 */
#include "harness.h"

#define THREADS 4

static pthread_barrier_t barrier;

static void look(pid_t tid, const char *name)
{
	char path[64], is[16];

	CHECK_EQ(gettid(), tid);
	CHECK_EQ(pthread_getname_np(pthread_self(), is, sizeof(is)), 0);
	CHECK(strcmp(is, name) == 0);
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
	CHECK(strcmp(text_of(path), name) == 0);
}

static void *keep_number(void *number)
{
	pid_t tid = gettid();
	char name[16];
	int i;

	snprintf(name, sizeof(name), "thread-%ld", (long)number);
	CHECK_EQ(pthread_setname_np(pthread_self(), name), 0);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < ROUNDS / 4; i++)
		look(tid, name);
	snprintf(name, sizeof(name), "other-%ld", (long)number);
	CHECK_EQ(pthread_setname_np(pthread_self(), name), 0);
	look(tid, name);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	long i;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(keep_number, (void *)i);
	pthread_barrier_wait(&barrier);
	ready();
	wait_moved();
	CHECK_EQ(gettid(), getpid());
	pthread_barrier_wait(&barrier);
	for (i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	return pass();
}
