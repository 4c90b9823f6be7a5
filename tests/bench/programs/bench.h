/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of the benchmark share. Each says what it measured as words
 * on one line; whatever goes wrong ends it with a message.
 */
#ifndef BENCH_H
#define BENCH_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MIB (1024UL * 1024)
#define NS_PER_S 1000000000LL
#define NS_PER_MS 1000000LL

static inline int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static inline void rest(int64_t ns)
{
	struct timespec t = { ns / NS_PER_S, ns % NS_PER_S };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

/* The ordinary user, for good. */
static inline void become_user(void)
{
	const uid_t user = 1000;

	if (setgroups(0, NULL) < 0 || setgid(user) < 0 || setuid(user) < 0)
		err(1, "user %u", user);
}

/* The ordinary user's program, with nothing to read, and not to be heard. */
static inline pid_t start_as_user(char *const argv[])
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		err(1, "/dev/null");
	become_user();
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

/* A number from the command line. */
static inline unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end)
		errx(2, "'%s' is no number", text);
	return value;
}

/* Memory in which no page is like another, so that none can be left out. */
static inline uint64_t *filled(size_t size)
{
	uint64_t *words, x = 0x7e55e7a;
	size_t i;

	if (!size)
		return NULL;
	words = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (words == MAP_FAILED)
		err(1, "%zu bytes", size);
	for (i = 0; i < size / sizeof(*words); i++)
		words[i] = x = x * 0x5851f42d4c957f2d + i;
	return words;
}

static inline uint64_t sum_of(const uint64_t *words, size_t size)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < size / sizeof(*words); i++)
		sum += words[i];
	return sum;
}

static inline int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static inline int64_t median(int64_t *times, size_t count)
{
	qsort(times, count, sizeof(*times), compare_times);
	return times[count / 2];
}

static inline void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* The mover's word to go on; false when it has none any more. */
static inline bool told(void)
{
	char byte;
	ssize_t got;

	do
		got = read(STDIN_FILENO, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

#endif
