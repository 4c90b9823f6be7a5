// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What /dev/tessera and /proc/hpc promise, one call after the other.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "harness.h"

static void version_is_that_of_the_running_kernel(void)
{
	char notes[4096], text[256], hex[2 * TESSERA_BUILD_ID_SIZE + 1];
	struct tessera_version version;
	struct utsname uts;
	struct stat st;
	int fd = device(0), notes_fd;
	ssize_t len;
	unsigned int i;

	CHECK(stat("/dev/tessera", &st) == 0 && (st.st_mode & 07777) == 0660);
	memset(&version, 0xff, sizeof(version));
	CHECK(ioctl(fd, TESSERA_IOC_VERSION, &version) == 0);
	CHECK(version.abi == TESSERA_ABI);
	CHECK(version.build_id_len == TESSERA_BUILD_ID_SIZE);
	CHECK(uname(&uts) == 0 && !strcmp(uts.release, version.release));
	for (i = 0; i < sizeof(version.reserved); i++)
		CHECK(!version.reserved[i]);

	notes_fd = open("/sys/kernel/notes", O_RDONLY);
	len = read(notes_fd, notes, sizeof(notes));
	CHECK(len > 0 &&
	      memmem(notes, len, version.build_id, version.build_id_len));

	for (i = 0; i < version.build_id_len; i++)
		sprintf(hex + 2 * i, "%02x", version.build_id[i]);
	snprintf(text, sizeof(text), "abi %u\nrelease %s\nbuild-id %s",
		 TESSERA_ABI, uts.release, hex);
	CHECK_TEXT(text, "/proc/hpc/admin/version");
	CHECK_ERRNO(ioctl(fd, TESSERA_IOC_VERSION, NULL), EFAULT);
	CHECK_ERRNO(ioctl(fd, _IO(TESSERA_IOC_MAGIC, 99)), ENOTTY);
}

static void a_wrong_table_is_refused_and_the_old_one_stays(void)
{
	struct tessera_node good[2] = { node(1, 1), node(2, 1) }, bad[2];
	struct tessera_nodes request = { .count = 1,
					 .nodes = (unsigned long)good };
	int fd = device(O_NONBLOCK);

#define REFUSED(change, self, number)                             \
	do {                                                      \
		memcpy(bad, good, sizeof(bad));                   \
		change;                                           \
		CHECK_ERRNO(hand_over(fd, bad, 2, self), number); \
		CHECK(only_listed(77));                           \
		expect_no_event(fd);                              \
	} while (0)

	hand_over_one(fd, 77, TESSERA_STATUS_UP);
	expect_event(fd, TESSERA_EVENT_UP, 77);
	REFUSED(bad[1].number = 0, 0, EINVAL);
	REFUSED(bad[1].number = 1, 0, EINVAL);
	REFUSED(bad[0].status = 0, 0, EINVAL);
	REFUSED(bad[0].status = 4, 0, EINVAL);
	REFUSED(bad[1].reserved = 1, 0, EINVAL);
	REFUSED(memset(bad[0].name, 'x', TESSERA_NAME_SIZE), 0, EINVAL);
	REFUSED((void)0, 3, EINVAL);
	CHECK_ERRNO(hand_over(fd, NULL, 2, 0), EFAULT);
	CHECK_ERRNO(hand_over(fd, good, 0, 1), EINVAL);
	CHECK_ERRNO(hand_over(fd, good, TESSERA_NODES_MAX + 1, 0), E2BIG);
	CHECK_ERRNO(hand_over(fd, good, ~0U, 0), E2BIG);
	CHECK_ERRNO(ioctl(fd, TESSERA_IOC_NODES, NULL), EFAULT);
	request.reserved = 1;
	CHECK_ERRNO(ioctl(fd, TESSERA_IOC_NODES, &request), EINVAL);
	CHECK(only_listed(77));
	expect_no_event(fd);
}

static void only_the_administrator_hands_over(void)
{
	int fd = device(0), status;
	struct tessera_node n = node(1, TESSERA_STATUS_UP);
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (!pid) {
		struct tessera_version version;

		CHECK(setgroups(0, NULL) == 0);
		CHECK(setresgid(65534, 65534, 65534) == 0);
		CHECK(setresuid(65534, 65534, 65534) == 0);
		CHECK_ERRNO(hand_over(fd, &n, 1, 0), EPERM);
		CHECK_ERRNO(ioctl(fd, TESSERA_IOC_FAILED, &n), EPERM);
		CHECK(ioctl(fd, TESSERA_IOC_VERSION, &version) == 0);
		CHECK_ERRNO(open("/dev/tessera", O_RDONLY), EACCES);
		exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void proc_shows_what_the_agent_knows(void)
{
	struct tessera_node nodes[3] = { node(65535, TESSERA_STATUS_DOWN),
					 node(9, TESSERA_STATUS_UP),
					 node(10, TESSERA_STATUS_SUSPECT) };
	unsigned int numbers[8];
	struct stat st;
	long before, age;
	struct timespec now;
	int fd = device(0);

	CHECK(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
	before = now.tv_sec;
	nodes[0].measured = before + 1000;
	nodes[2].measured = 0;
	CHECK(hand_over(fd, nodes, 3, 9) == 0);
	CHECK(listed(numbers, COUNT(numbers)) == 3);
	CHECK(numbers[0] == 9 && numbers[1] == 10 && numbers[2] == 65535);
	CHECK_TEXT("250", "/proc/hpc/nodes/9/load");
	CHECK_TEXT("10000", "/proc/hpc/nodes/9/speed");
	CHECK_TEXT("4", "/proc/hpc/nodes/9/cpus");
	CHECK_TEXT("8589934592", "/proc/hpc/nodes/9/mem");
	CHECK_TEXT("4294967296", "/proc/hpc/nodes/9/rmem");
	CHECK_TEXT("14", "/proc/hpc/nodes/9/util");
	CHECK_TEXT("7", "/proc/hpc/nodes/9/guests");
	CHECK_TEXT("26", "/proc/hpc/nodes/9/pressure");
	age = atoi(text_of("/proc/hpc/nodes/9/age"));
	CHECK(age >= before - 1 && age <= before + DEADLINE_MS / 1000);
	CHECK_TEXT("-1", "/proc/hpc/nodes/10/age");
	CHECK_TEXT("0", "/proc/hpc/nodes/65535/age");
	CHECK_TEXT("up", "/proc/hpc/nodes/9/status");
	CHECK_TEXT("suspect", "/proc/hpc/nodes/10/status");
	CHECK_TEXT("down", "/proc/hpc/nodes/65535/status");
	CHECK(stat("/proc/hpc/nodes/9", &st) == 0 &&
	      st.st_mode == (S_IFDIR | 0555));
	CHECK(stat("/proc/hpc/nodes/9/load", &st) == 0 &&
	      st.st_mode == (S_IFREG | 0444));
	CHECK_ERRNO(chmod("/proc/hpc/nodes/9", 0777), EPERM);
	CHECK_ERRNO(chmod("/proc/hpc/nodes/9/load", 0666), EPERM);
	CHECK_ERRNO(access("/proc/hpc/nodes/09", F_OK), ENOENT);
	CHECK_ERRNO(access("/proc/hpc/nodes/+9", F_OK), ENOENT);
	CHECK_ERRNO(access("/proc/hpc/nodes/0", F_OK), ENOENT);
	CHECK_ERRNO(access("/proc/hpc/nodes/65545", F_OK), ENOENT);
	CHECK_ERRNO(access("/proc/hpc/nodes/9/tmem", F_OK), ENOENT);
	CHECK_ERRNO(mkdir("/proc/hpc/nodes/11", 0755), ENOENT);
}

static void a_node_that_went_is_gone_for_open_readers(void)
{
	int fd = device(0), dir, file;
	char text[32];
	DIR *entries;

	hand_over_one(fd, 5, TESSERA_STATUS_UP);
	dir = open("/proc/hpc/nodes/5", O_RDONLY | O_DIRECTORY);
	file = openat(dir, "load", O_RDONLY);
	CHECK(dir >= 0 && file >= 0);
	CHECK(pread(file, text, sizeof(text), 0) == 4);

	hand_over_one(fd, 6, TESSERA_STATUS_UP);
	CHECK_ERRNO(pread(file, text, sizeof(text), 0), ENOENT);
	CHECK_ERRNO(openat(dir, "load", O_RDONLY), ENOENT);
	CHECK_ERRNO(access("/proc/hpc/nodes/5", F_OK), ENOENT);
	entries = fdopendir(dup(dir));
	CHECK(entries && !readdir(entries));
	closedir(entries);

	hand_over_one(fd, 5, TESSERA_STATUS_UP);
	CHECK(pread(file, text, sizeof(text), 0) == 4);
}

static void events_tell_what_changed(void)
{
	struct tessera_node nodes[3] = { node(3, TESSERA_STATUS_UP),
					 node(1, TESSERA_STATUS_UP),
					 node(2, TESSERA_STATUS_SUSPECT) };
	int fd = device(0), other = device(O_NONBLOCK), fds[2] = { fd, other };
	struct tessera_event events[2];
	void *volatile nowhere = NULL;
	unsigned int i;

	CHECK(hand_over(fd, nodes, 3, 1) == 0);
	CHECK(hand_over(fd, nodes, 3, 1) == 0); /* nothing new */
	nodes[0].status = TESSERA_STATUS_DOWN;
	nodes[1] = node(4, TESSERA_STATUS_UP);
	CHECK(hand_over(fd, nodes, 3, 4) == 0);
	CHECK(hand_over(fd, NULL, 0, 0) == 0);
	for (i = 0; i < 2; i++) {
		expect_event(fds[i], TESSERA_EVENT_UP, 1);
		expect_event(fds[i], TESSERA_EVENT_SUSPECT, 2);
		expect_event(fds[i], TESSERA_EVENT_UP, 3);
		expect_event(fds[i], TESSERA_EVENT_SELF, 1);
		expect_event(fds[i], TESSERA_EVENT_GONE, 1);
		expect_event(fds[i], TESSERA_EVENT_DOWN, 3);
		expect_event(fds[i], TESSERA_EVENT_UP, 4);
		expect_event(fds[i], TESSERA_EVENT_SELF, 4);
		CHECK_ERRNO(read(fds[i], events, sizeof(events[0]) - 1),
			    EINVAL);
		CHECK_ERRNO(read(fds[i], nowhere, sizeof(events)), EFAULT);
		CHECK(read(fds[i], events, sizeof(events)) == sizeof(events));
		CHECK(events[0].type == TESSERA_EVENT_GONE &&
		      events[0].node == 2);
		CHECK(events[1].type == TESSERA_EVENT_GONE &&
		      events[1].node == 3);
		CHECK(events[0].boottime_ns &&
		      events[0].boottime_ns <= events[1].boottime_ns);
		expect_event(fds[i], TESSERA_EVENT_GONE, 4);
		expect_event(fds[i], TESSERA_EVENT_SELF, 0);
		expect_no_event(fds[i]);
	}
	CHECK_ERRNO(read(other, events, sizeof(events)), EAGAIN);
}

static void a_slow_reader_learns_how_much_it_lost(void)
{
	enum { QUEUE = 256, SENT = 300 };
	int fd = device(O_NONBLOCK);
	unsigned int i;

	/* each of these makes one event: the node's status alternates */
	for (i = 0; i < SENT; i++)
		hand_over_one(fd, 1, 1 + i % 2);
	for (i = 0; i < QUEUE; i++)
		expect_event(fd, 1 + i % 2, 1);
	expect_event(fd, TESSERA_EVENT_OVERFLOW, SENT - QUEUE);
	expect_no_event(fd);

	/* with room again, the word about the lost ones keeps its place */
	for (i = 0; i < SENT; i++)
		hand_over_one(fd, 1, 1 + i % 2);
	for (i = 0; i < 10; i++)
		expect_event(fd, 1 + i % 2, 1);
	hand_over_one(fd, 1, TESSERA_STATUS_DOWN);
	for (i = 10; i < QUEUE; i++)
		expect_event(fd, 1 + i % 2, 1);
	expect_event(fd, TESSERA_EVENT_OVERFLOW, SENT - QUEUE);
	expect_event(fd, TESSERA_EVENT_DOWN, 1);
	expect_no_event(fd);
}

static void nothing(int unused)
{
	(void)unused;
}

static void *read_one(void *fd)
{
	static struct tessera_event event;

	CHECK(read(*(int *)fd, &event, sizeof(event)) == sizeof(event));
	return &event;
}

static void a_blocked_read_wakes_for_events_and_signals(void)
{
	struct sigaction action = { .sa_handler = nothing };
	struct itimerspec soon = { { 0, 20000000 }, { 0, 20000000 } };
	struct tessera_event event, *got;
	int fd = device(0), reader = device(0);
	pthread_t thread;
	timer_t timer;

	CHECK(pthread_create(&thread, NULL, read_one, &reader) == 0);
	hand_over_one(fd, 12, TESSERA_STATUS_UP);
	CHECK(pthread_join(thread, (void **)&got) == 0);
	CHECK(got->type == TESSERA_EVENT_UP && got->node == 12);

	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	CHECK(timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0);
	CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
	CHECK_ERRNO(read(reader, &event, sizeof(event)), EINTR);
	timer_delete(timer);
}

static void the_table_belongs_to_one_and_dies_with_it(void)
{
	struct tessera_node n = node(8, TESSERA_STATUS_UP);
	int watcher = device(O_NONBLOCK), first = device(0), second = device(0);
	int copy, status;
	pid_t pid;

	CHECK(hand_over(first, &n, 1, 8) == 0);
	CHECK_ERRNO(hand_over(second, &n, 1, 0), EBUSY);
	CHECK_ERRNO(hand_over(second, NULL, 0, 0), EBUSY);
	close(second);
	CHECK(only_listed(8));
	copy = dup(first);
	close(first);
	CHECK(only_listed(8));
	close(copy);
	CHECK_ERRNO(access("/proc/hpc/nodes/8", F_OK), ENOENT);
	expect_event(watcher, TESSERA_EVENT_UP, 8);
	expect_event(watcher, TESSERA_EVENT_SELF, 8);
	expect_event(watcher, TESSERA_EVENT_GONE, 8);
	expect_event(watcher, TESSERA_EVENT_SELF, 0);

	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		CHECK(hand_over(device(0), &n, 1, 0) == 0);
		raise(SIGKILL);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
	expect_event(watcher, TESSERA_EVENT_UP, 8);
	expect_event(watcher, TESSERA_EVENT_GONE, 8);

	first = device(0);
	second = device(0);
	CHECK(hand_over(first, &n, 1, 0) == 0);
	CHECK(hand_over(first, NULL, 0, 0) == 0);
	CHECK(hand_over(second, &n, 1, 0) == 0);
}

static void a_full_table_is_taken_and_listed(void)
{
	static struct tessera_node nodes[TESSERA_NODES_MAX];
	static unsigned int numbers[TESSERA_NODES_MAX];
	int fd = device(0), i;

	for (i = 0; i < TESSERA_NODES_MAX; i++)
		nodes[i] = node(65535 - 15 * i, TESSERA_STATUS_UP);
	CHECK(hand_over(fd, nodes, TESSERA_NODES_MAX, 65535) == 0);
	CHECK(listed(numbers, TESSERA_NODES_MAX) == TESSERA_NODES_MAX);
	for (i = 0; i < TESSERA_NODES_MAX; i++)
		CHECK(numbers[TESSERA_NODES_MAX - 1 - i] == 65535u - 15 * i);
}

static int fail(int fd, unsigned long id, unsigned int number,
		unsigned int reason)
{
	struct tessera_failure failure = { .id = id,
					   .node = number,
					   .reason = reason };

	return ioctl(fd, TESSERA_IOC_FAILED, &failure);
}

static void a_failure_names_a_request_and_a_reason(void)
{
	const unsigned int reason = TESSERA_REASON_NO_LINK;
	int fd = device(0);

	CHECK(fail(fd, 0, 7, reason) == 0); /* nobody waits for it */
	CHECK_ERRNO(fail(fd, 0, 7, 0), EINVAL);
	CHECK_ERRNO(fail(fd, 0, 0, reason), EINVAL);
	CHECK_ERRNO(fail(fd, 1, 7, reason), EINVAL);
	CHECK_ERRNO(fail(fd, 0, 65536, reason), EINVAL);
	CHECK_ERRNO(fail(fd, 99, 0, reason), ENOENT);
	CHECK_ERRNO(ioctl(fd, TESSERA_IOC_FAILED, NULL), EFAULT);
}

/* A process that only waits, and another one that sends it to a node. */
static pid_t sent_to(const char *number, pid_t *ret_sender)
{
	char path[64];
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (!pid)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/%d/goto", pid);
	*ret_sender = fork();
	CHECK(*ret_sender >= 0);
	if (!*ret_sender) {
		int fd = open(path, O_WRONLY);

		exit(fd < 0 || write(fd, number, strlen(number)) >= 0 ? 0 :
									errno);
	}
	return pid;
}

static void who_waits_for_a_link_hears_that_there_is_none(void)
{
	struct tessera_node nodes[2] = { node(8, TESSERA_STATUS_UP),
					 node(9, TESSERA_STATUS_UP) };
	int fd = device(0), watcher, status;
	pid_t pid, sender;

	CHECK(hand_over(fd, nodes, 2, 8) == 0);
	watcher = device(O_NONBLOCK);
	pid = sent_to("9", &sender);
	expect_event(watcher, TESSERA_EVENT_WANTED, 9);
	CHECK(fail(fd, 0, 7, TESSERA_REASON_NO_LINK) == 0); /* another one */
	expect_no_event(watcher);
	CHECK(waitpid(sender, &status, WNOHANG) == 0);
	CHECK(fail(fd, 0, 9, TESSERA_REASON_OTHER_BUILD) == 0);
	CHECK(waitpid(sender, &status, 0) == sender);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EPERM);
	CHECK_TEXT("the node runs another kernel build", "/proc/%d/cantmove",
		   pid);
	CHECK_TEXT("0", "/proc/%d/where", pid);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static const struct test tests[] = {
	TEST(version_is_that_of_the_running_kernel),
	TEST(a_wrong_table_is_refused_and_the_old_one_stays),
	TEST(only_the_administrator_hands_over),
	TEST(proc_shows_what_the_agent_knows),
	TEST(a_node_that_went_is_gone_for_open_readers),
	TEST(events_tell_what_changed),
	TEST(a_slow_reader_learns_how_much_it_lost),
	TEST(a_blocked_read_wakes_for_events_and_signals),
	TEST(the_table_belongs_to_one_and_dies_with_it),
	TEST(a_full_table_is_taken_and_listed),
	TEST(a_failure_names_a_request_and_a_reason),
	TEST(who_waits_for_a_link_hears_that_there_is_none),
};

int main(int argc, char **argv)
{
	return run_tests(tests, COUNT(tests), argc, argv);
}
