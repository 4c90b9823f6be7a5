/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs that try /dev/tessera share: talking to it, and running
 * tests. They run as root in a VM where no agent is running: `PROGRAM [TEST…]`,
 * one line for each test, the exit status says whether all of them passed.
 */
#ifndef TESTS_KERNEL_HARNESS_H
#define TESTS_KERNEL_HARNESS_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tessera.h"

#define DEADLINE_MS 60000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CHECK(condition)                                                  \
	do {                                                              \
		if (!(condition)) {                                       \
			printf("FAIL %s: line %d: %s (errno %d)\n", test, \
			       __LINE__, #condition, errno);              \
			exit(1);                                          \
		}                                                         \
	} while (0)
#define CHECK_ERRNO(call, number)                         \
	do {                                              \
		errno = 0;                                \
		CHECK((call) == -1 && errno == (number)); \
	} while (0)

static const char *test; /* the name of the running one */

static int device(int flags)
{
	int fd = open("/dev/tessera", O_RDWR | O_CLOEXEC | flags);

	CHECK(fd >= 0);
	return fd;
}

static struct tessera_node node(unsigned int number, unsigned int status)
{
	struct tessera_node n = {
		.number = number,
		.status = status,
		.cpus = 4,
		.util = 137,
		.load = 250,
		.speed = 10000,
		.mem = 1ULL << 33,
		.rmem = 1ULL << 32,
		.guests = 7,
		.pressure = 256,
		.measured = 1,
		.address = { 0xfd, [15] = number },
	};

	snprintf(n.name, sizeof(n.name), "tess-%06x", number);
	return n;
}

static int hand_over(int fd, const struct tessera_node *nodes,
		     unsigned int count, unsigned int self)
{
	struct tessera_nodes request = {
		.count = count,
		.self = self,
		.nodes = (unsigned long)nodes,
	};

	return ioctl(fd, TESSERA_IOC_NODES, &request);
}

static void hand_over_one(int fd, unsigned int number, unsigned int status)
{
	struct tessera_node n = node(number, status);

	CHECK(hand_over(fd, &n, 1, 0) == 0);
}

static inline void expect_event(int fd, unsigned int type, unsigned int number)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct tessera_event event;

	CHECK(poll(&pollfd, 1, DEADLINE_MS) == 1);
	CHECK(read(fd, &event, sizeof(event)) == sizeof(event));
	if (event.type != type || event.node != number)
		printf("     event %u of %u, not %u of %u\n", event.type,
		       event.node, type, number);
	CHECK(event.type == type && event.node == number);
}

static inline void expect_no_event(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	CHECK(poll(&pollfd, 1, 0) == 0);
}

/* What a file says, without the line's end; NULL and errno when it does not. */
static const char *text_of(const char *format, ...)
{
	static _Thread_local char text[512];
	char path[128];
	va_list args;
	ssize_t len;
	int fd, saved;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	len = read(fd, text, sizeof(text) - 1);
	saved = errno;
	close(fd);
	errno = saved;
	if (len < 0)
		return NULL;
	text[len] = 0;
	if (len && text[len - 1] == '\n')
		text[len - 1] = 0;
	return text;
}

#define CHECK_TEXT(expected, ...)                       \
	do {                                            \
		const char *is_ = text_of(__VA_ARGS__); \
		CHECK(is_ && !strcmp(is_, expected));   \
	} while (0)

/* The numbers in /proc/hpc/nodes, in their order; -1: something else is there. */
static int listed(unsigned int *ret_numbers, int max)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc/hpc/nodes");
	int count = 0;

	CHECK(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		CHECK(count < max && entry->d_type == DT_DIR);
		ret_numbers[count++] = atoi(entry->d_name);
	}
	closedir(dir);
	return count;
}

static inline bool only_listed(unsigned int number)
{
	unsigned int numbers[16];

	return listed(numbers, COUNT(numbers)) == 1 && numbers[0] == number;
}

struct test {
	const char *name;
	void (*run)(void);
};
#define TEST(name) { #name, name }

/* Each test is a process of its own: it leaves nothing open behind. */
static inline bool passes(const struct test *which)
{
	struct timespec start, end;
	int status = -1;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		test = which->name;
		alarm(5 * DEADLINE_MS / 1000);
		which->run();
		exit(0);
	}
	waitpid(pid, &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (status && !WIFEXITED(status))
		printf("FAIL %s: ended by signal %d\n", which->name,
		       WTERMSIG(status));
	if (!status)
		printf("ok   %s (%ld ms)\n", which->name,
		       (end.tv_sec - start.tv_sec) * 1000 +
			       (end.tv_nsec - start.tv_nsec) / 1000000);
	return !status;
}

static inline int run_tests(const struct test *tests, size_t count, int argc,
			    char **argv)
{
	unsigned int i, failed = 0;
	int j;

	for (i = 0; i < count; i++) {
		bool wanted = argc < 2;

		for (j = 1; j < argc; j++)
			wanted |= !strcmp(argv[j], tests[i].name);
		if (wanted)
			failed += !passes(&tests[i]);
	}
	return failed ? 1 : 0;
}

#endif /* TESTS_KERNEL_HARNESS_H */
