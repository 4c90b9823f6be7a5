// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Eight threads, each with its own way of waiting, under queued signals that any
 * of them may take: two on a condition, one on a futex with a deadline, one
 * sleeps, one reads what a child at home writes, two compute under one mutex
 * while they map and unmap, and the first one watches. Where it is moved all the
 * time, it goes on until it has left home 20 times. Then every count is exact.
 */
#include "harness.h"

#define TRIPS 20
#define TICK_MS 20

static volatile bool over;

/* Two that wait for each other. */
static pthread_mutex_t turn_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static unsigned long turn, turns[2];
static bool turn_over;

static void *take_turns(void *number)
{
	unsigned long own = (uintptr_t)number;

	pthread_mutex_lock(&turn_mutex);
	while (!turn_over) {
		if (turn % 2 != own) {
			pthread_cond_wait(&turn_changed, &turn_mutex);
			continue;
		}
		turn++;
		turns[own]++;
		turn_over = over && own == 1;
		pthread_cond_broadcast(&turn_changed);
	}
	pthread_mutex_unlock(&turn_mutex);
	return NULL;
}

/* A deadline: not before it, and it comes. */
static void *time_out(void *unused)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_condattr_t attribute;
	pthread_cond_t never;
	uintptr_t count = 0;

	(void)unused;
	pthread_condattr_init(&attribute);
	pthread_condattr_setclock(&attribute, CLOCK_MONOTONIC);
	pthread_cond_init(&never, &attribute);
	pthread_mutex_lock(&mutex);
	for (; !over; count++) {
		int64_t end = now(CLOCK_MONOTONIC) + TICK_MS * MS;
		struct timespec deadline = timespec_of(end);
		int error;

		do
			error = pthread_cond_timedwait(&never, &mutex,
						       &deadline);
		while (!error);
		CHECK_EQ(error, ETIMEDOUT);
		CHECK(now(CLOCK_MONOTONIC) >= end - SLACK);
	}
	pthread_mutex_unlock(&mutex);
	return (void *)count;
}

static void *doze(void *unused)
{
	uintptr_t count = 0;

	(void)unused;
	for (; !over; count++) {
		int64_t begun = now(CLOCK_MONOTONIC);

		rest_ms(TICK_MS);
		CHECK(now(CLOCK_MONOTONIC) - begun >= TICK_MS * MS - SLACK);
	}
	return (void *)count;
}

/* A child at home writes numbers that follow each other, and the last is 0. */
static int numbers[2];

static void *read_numbers(void *unused)
{
	uint64_t wanted = 0, got = 1;
	ssize_t size;

	(void)unused;
	while (got) {
		size = read(numbers[0], &got, sizeof(got));
		if (size < 0 && errno == EINTR)
			continue;
		CHECK_EQ(size, sizeof(got));
		if (got)
			CHECK_EQ(got, ++wanted);
	}
	return (void *)wanted;
}

/* The child also queues a signal with each number. */
static uint64_t signals_sum;

static void add_up(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	__atomic_add_fetch(&signals_sum, info->si_int, __ATOMIC_RELAXED);
}

static void feed(int order)
{
	struct pollfd stop = { .fd = order, .events = POLLIN };
	uint64_t number = 0;

	while (poll(&stop, 1, TICK_MS) == 0) {
		union sigval value = { .sival_int = ++number };

		while (sigqueue(getppid(), SIGRTMIN, value) < 0)
			CHECK_EQ(errno, EAGAIN);
		CHECK_EQ(write(numbers[1], &number, sizeof(number)),
			 sizeof(number));
	}
	number = 0;
	CHECK_EQ(write(numbers[1], &number, sizeof(number)), sizeof(number));
	_exit(0);
}

/* Two that compute, and change the address space under it. */
static pthread_mutex_t sum_mutex = PTHREAD_MUTEX_INITIALIZER;
static uint64_t sum;

static void *compute_and_map(void *seed)
{
	uintptr_t count = 0;

	for (; !over; count++) {
		size_t size = PAGE * (1 + count % 5);
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(p != MAP_FAILED);
		fill(p, size, count + (uintptr_t)seed);
		pthread_mutex_lock(&sum_mutex);
		sum++;
		compute(50);
		pthread_mutex_unlock(&sum_mutex);
		CHECK(filled(p, size, count + (uintptr_t)seed));
		CHECK_EQ(munmap(p, size), 0);
	}
	return (void *)count;
}

static bool enough(void)
{
	return !wandering() || atoi(text_of("/proc/self/nmigs")) >= TRIPS;
}

int main(void)
{
	pthread_t pair[2], timed, dozing, reading, mapping[2];
	uint64_t last, mapped = 0;
	int order[2], i;
	pid_t feeder;

	handle(SIGRTMIN, add_up, SA_RESTART);
	CHECK_EQ(pipe(numbers), 0);
	CHECK_EQ(pipe(order), 0);
	feeder = fork();
	CHECK(feeder >= 0);
	if (feeder == 0)
		feed(order[0]);
	for (i = 0; i < 2; i++) {
		pair[i] = thread_start(take_turns, (void *)(uintptr_t)i);
		mapping[i] = thread_start(compute_and_map,
					  (void *)(uintptr_t)(i << 20));
	}
	timed = thread_start(time_out, NULL);
	dozing = thread_start(doze, NULL);
	reading = thread_start(read_numbers, NULL);
	ready();
	while (again(FEW_ROUNDS) || !enough())
		rest_ms(TICK_MS);

	CHECK_EQ(write(order[1], "", 1), 1);
	last = (uintptr_t)thread_join(reading);
	child_passed(feeder);
	over = true;
	for (i = 0; i < 2; i++) {
		thread_join(pair[i]);
		mapped += (uintptr_t)thread_join(mapping[i]);
	}
	CHECK((uintptr_t)thread_join(timed) > 0);
	CHECK((uintptr_t)thread_join(dozing) > 0);
	CHECK(last > 0);
	CHECK_EQ(signals_sum, last * (last + 1) / 2);
	CHECK_EQ(turns[0], turns[1]);
	CHECK_EQ(turns[0] + turns[1], turn);
	CHECK_EQ(mapped, sum);
	return pass();
}
