// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What /dev/tessera and /proc/hpc promise to many at a time: readers who look
 * while tables are swapped, and readers who are stuck.
 */
#define _GNU_SOURCE
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "harness.h"

static atomic_bool swapping;

/* Node 1 is always there; an even node has load 2, an odd one load 1. */
static void *look(void *unused)
{
	unsigned int numbers[16];
	const char *load;
	int count, i;

	while (atomic_load(&swapping)) {
		count = listed(numbers, COUNT(numbers));
		CHECK(count >= 1 && numbers[0] == 1);
		for (i = 0; i < count; i++) {
			load = text_of("/proc/hpc/nodes/%u/load", numbers[i]);
			CHECK(load || (errno == ENOENT && numbers[i] != 1));
			CHECK(!load || atoi(load) == (numbers[i] % 2 ? 1 : 2));
		}
	}
	return unused;
}

static void *open_and_poll(void *unused)
{
	struct tessera_event event;

	while (atomic_load(&swapping)) {
		int fd = device(O_NONBLOCK);

		while (read(fd, &event, sizeof(event)) < 0) {
			CHECK(errno == EAGAIN);
			if (!atomic_load(&swapping))
				break;
		}
		close(fd);
	}
	return unused;
}

static void readers_see_whole_tables_while_they_are_swapped(void)
{
	enum { ROUNDS = 1500 };
	struct tessera_node nodes[2][5];
	pthread_t threads[4];
	int fd = device(0);
	unsigned int i, j;

	for (i = 0; i < 5; i++) {
		nodes[0][i] = node(i ? 2 * i : 1, TESSERA_STATUS_UP);
		nodes[1][i] = node(2 * i + 1, TESSERA_STATUS_UP);
		nodes[0][i].load = i ? 2 : 1;
		nodes[1][i].load = 1;
	}
	CHECK(hand_over(fd, nodes[0], 5, 1) == 0);
	atomic_store(&swapping, true);
	for (i = 0; i < COUNT(threads); i++)
		CHECK(pthread_create(&threads[i], NULL,
				     i % 2 ? open_and_poll : look, NULL) == 0);
	for (j = 0; j < ROUNDS; j++)
		CHECK(hand_over(fd, nodes[j % 2], 5, 1) == 0);
	atomic_store(&swapping, false);
	for (i = 0; i < COUNT(threads); i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
}

/* A read whose buffer is a page that nobody fills yet. */
struct stuck {
	int fd;
	char *page;
	ssize_t len;
};

static void *read_stuck(void *data)
{
	struct stuck *stuck = data;

	stuck->len = read(stuck->fd, stuck->page, sizeof(struct tessera_event));
	return NULL;
}

static void a_stuck_reader_does_not_hold_up_the_agent(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_zeropage fill = { .range.len = 4096 };
	struct uffdio_register range = { .range.len = 4096,
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = device(0), uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct pollfd pollfd = { .fd = uffd, .events = POLLIN };
	struct stuck stuck[2];
	struct uffd_msg message;
	pthread_t threads[2];
	unsigned int i, round;

	CHECK(uffd >= 0 && ioctl(uffd, UFFDIO_API, &api) == 0);
	hand_over_one(fd, 1, TESSERA_STATUS_UP);
	stuck[0].fd = open("/proc/hpc/nodes/1/load", O_RDONLY);
	stuck[1].fd = device(0);
	for (round = 0; round < 2; round++)
		hand_over_one(fd, 1, TESSERA_STATUS_SUSPECT + round);
	for (i = 0; i < 2; i++) {
		stuck[i].page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		range.range.start = (unsigned long)stuck[i].page;
		CHECK(ioctl(uffd, UFFDIO_REGISTER, &range) == 0);
		CHECK(pthread_create(&threads[i], NULL, read_stuck,
				     &stuck[i]) == 0);
		CHECK(poll(&pollfd, 1, DEADLINE_MS) == 1);
		CHECK(read(uffd, &message, sizeof(message)) == sizeof(message));
	}
	/* both hang in their page faults now */
	hand_over_one(fd, 2, TESSERA_STATUS_UP);
	CHECK(only_listed(2));
	CHECK(hand_over(fd, NULL, 0, 0) == 0);
	for (i = 0; i < 2; i++) {
		fill.range.start = (unsigned long)stuck[i].page;
		CHECK(ioctl(uffd, UFFDIO_ZEROPAGE, &fill) == 0);
		CHECK(pthread_join(threads[i], NULL) == 0);
	}
	CHECK(stuck[0].len == 4 && !memcmp(stuck[0].page, "250\n", 4));
	CHECK(stuck[1].len == sizeof(struct tessera_event));
}

static const struct test tests[] = {
	TEST(readers_see_whole_tables_while_they_are_swapped),
	TEST(a_stuck_reader_does_not_hold_up_the_agent),
};

int main(int argc, char **argv)
{
	return run_tests(tests, COUNT(tests), argc, argv);
}
