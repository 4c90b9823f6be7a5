// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two threads take turns by a mutex and a condition, without a lost wake-up.
 */
#include "harness.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static unsigned int ball;
static bool over;

static bool play(unsigned int who)
{
	bool on;

	pthread_mutex_lock(&mutex);
	while (!over && ball % 2 != who)
		pthread_cond_wait(&turned, &mutex);
	on = !over;
	if (on)
		ball++;
	pthread_cond_signal(&turned);
	pthread_mutex_unlock(&mutex);
	return on;
}

static void *play_second(void *unused)
{
	while (play(1))
		;
	return unused;
}

int main(void)
{
	pthread_t other = thread_start(play_second, NULL);
	unsigned int mine = 0;

	ready();
	while (again(20 * ROUNDS)) {
		CHECK(play(0));
		mine++;
	}
	pthread_mutex_lock(&mutex);
	over = true;
	pthread_cond_signal(&turned);
	pthread_mutex_unlock(&mutex);
	thread_join(other);
	CHECK(ball == 2 * mine || ball == 2 * mine - 1);
	return pass();
}
