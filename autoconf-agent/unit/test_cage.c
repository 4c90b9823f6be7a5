// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cages with a device made of functions: the one that would make a guest of the
 * task looks around instead and tells by the pipe that stands for the device.
 * Skipped where there is no right to make name spaces.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cage.h"

#define SOON_MS 20000
#define AHEAD INT64_C(12345000000006)
#define BEHIND INT64_C(-1500000000)
#define PID 23456

/* Requests that behave in their own ways. */
enum {
	ID_GUEST = 1, /* looks around and stays */
	ID_WITHDRAWN,
	ID_REFUSED,
	ID_TOO_LATE,	/* withdrawn when the task is there */
	ID_BEFORE_ZERO, /* clocks that cannot be */
	ID_ENDING,	/* looks around, and takes its time to end */
};

/* What a guest sees before it is one. */
struct view {
	pid_t pid, parent;
	int64_t monotonic, boottime;
	int entries, descriptors, writable, lo_flags, no_new_privs;
	uint32_t capabilities;
	int caught; /* signals that are not at their default, or blocked */
	char name[16];
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int fake_info(int device, struct tessera_guest_info *info)
{
	if (info->id == ID_WITHDRAWN)
		return -ENOENT;
	info->pid = PID;
	info->monotonic_ns = AHEAD;
	info->boottime_ns = info->id == ID_BEFORE_ZERO ? INT64_MIN : BEHIND;
	memcpy(info->comm, "counter", 8);
	return 0;
}

static int entries_of_root(void)
{
	DIR *dir = opendir("/");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int lo_flags(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int r = ioctl(fd, SIOCGIFFLAGS, &request);

	close(fd);
	return r < 0 ? -1 : request.ifr_flags;
}

static uint32_t capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	syscall(SYS_capget, &header, data);
	return data[1].effective ? ~0u : data[0].effective;
}

static int signals_not_default(void)
{
	struct sigaction action;
	sigset_t blocked;
	int n = 0;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int i = 1; i < NSIG; i++)
		n += sigismember(&blocked, i) == 1 ||
		     (sigaction(i, NULL, &action) == 0 &&
		      action.sa_handler != SIG_DFL);
	return n;
}

static int fake_become(int device, uint64_t id)
{
	struct view view;

	if (id == ID_REFUSED)
		return -EINVAL;
	if (id == ID_TOO_LATE)
		return -ENOENT;
	view = (struct view){
		.pid = getpid(),
		.parent = getppid(),
		.monotonic = clock_ns(CLOCK_MONOTONIC),
		.boottime = clock_ns(CLOCK_BOOTTIME),
		.descriptors = open_descriptors(),
		.entries = entries_of_root(),
		.writable = open("/file", O_CREAT | O_WRONLY, 0600) >= 0,
		.lo_flags = lo_flags(),
		.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
		.capabilities = capabilities(),
		.caught = signals_not_default(),
	};
	prctl(PR_GET_NAME, view.name);
	if (write(device, &view, sizeof(view)) != sizeof(view))
		return -EIO;
	if (id == ID_ENDING)
		poll(NULL, 0, 200);
	else
		for (;;)
			pause();
	return -ENOENT;
}

static uint64_t *failed; /* the last request that was; seen by all processes */

static void fake_fail(int device, uint64_t id)
{
	*failed = id;
}

static struct {
	int device[2];
	int socket;
	pid_t pid;
	bool possible;
} cage;

static bool can_make_namespaces(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
			      CLONE_NEWTIME | CLONE_NEWCGROUP) < 0);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static int start(int idle_ms)
{
	struct cage_setup setup = {
		.node = 3,
		.device = cage.device[1],
		.info = fake_info,
		.become = fake_become,
		.fail = fake_fail,
		.group = -1,
		.idle_ms = idle_ms,
	};

	return cage_start(&setup, &cage.pid, &cage.socket);
}

static int setup(void **state)
{
	failed = mmap(NULL, sizeof(*failed), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (failed == MAP_FAILED)
		return -1;
	cage.possible = can_make_namespaces();
	cage.pid = 0;
	if (!cage.possible)
		return 0;
	if (pipe2(cage.device, O_CLOEXEC) < 0)
		return -1;
	return start(CAGE_IDLE_MS);
}

static void end(void)
{
	if (!cage.pid)
		return;
	close(cage.socket);
	assert_int_equal(waitpid(cage.pid, NULL, 0), cage.pid);
	cage.pid = 0;
}

static int teardown(void **state)
{
	end();
	if (cage.possible) {
		close(cage.device[0]);
		close(cage.device[1]);
	}
	return munmap(failed, sizeof(*failed));
}

static void be_possible(void)
{
	if (!cage.possible) {
		print_message("no right to make name spaces\n");
		skip();
	}
}

static void ask(uint64_t id)
{
	struct cage_request request = { .id = id };

	assert_int_equal(send(cage.socket, &request, sizeof(request), 0),
			 sizeof(request));
}

static bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static struct cage_report hear(void)
{
	struct cage_report report = { 0 };

	assert_true(readable(cage.socket, SOON_MS));
	assert_int_equal(recv(cage.socket, &report, sizeof(report), 0),
			 sizeof(report));
	return report;
}

static struct view guest_as(uint64_t id)
{
	struct pollfd fds[] = { { .fd = cage.device[0], .events = POLLIN },
				{ .fd = cage.socket, .events = POLLIN } };
	struct view view;

	ask(id);
	do {
		struct cage_report r = { 0 };

		assert_true(poll(fds, 2, SOON_MS) > 0);
		if (fds[1].revents)
			r = hear();
		if (r.what[0])
			fail_msg("%s: %s", r.what, strerror(r.error));
	} while (!fds[0].revents);
	assert_int_equal(read(cage.device[0], &view, sizeof(view)),
			 sizeof(view));
	return view;
}

static struct view guest(void)
{
	return guest_as(ID_GUEST);
}

static void assert_offsets(int64_t monotonic, int64_t boottime,
			   const char *expected)
{
	char text[CAGE_OFFSETS];

	assert_int_equal(cage_offsets(text, monotonic, boottime),
			 strlen(expected));
	assert_string_equal(text, expected);
}

static void test_offsets_count_nanoseconds_forward(void **state)
{
	assert_offsets(0, 0, "monotonic 0 0\nboottime 0 0\n");
	assert_offsets(1500000000, 999999999,
		       "monotonic 1 500000000\nboottime 0 999999999\n");
	assert_offsets(-1, -1000000000,
		       "monotonic -1 999999999\nboottime -1 0\n");
	assert_offsets(-1500000000, -2000000001,
		       "monotonic -2 500000000\nboottime -3 999999999\n");
	assert_offsets(
		INT64_MIN, INT64_MAX,
		"monotonic -9223372037 145224192\nboottime 9223372036 854775807\n");
}

static void test_a_guest_has_the_pid_and_clocks_of_home(void **state)
{
	int64_t monotonic, boottime;
	struct view view;

	be_possible();
	monotonic = clock_ns(CLOCK_MONOTONIC);
	boottime = clock_ns(CLOCK_BOOTTIME);
	view = guest();
	assert_int_equal(view.pid, PID);
	assert_int_equal(view.parent, 1);
	assert_string_equal(view.name, "counter");
	assert_in_range(view.monotonic - AHEAD, monotonic,
			clock_ns(CLOCK_MONOTONIC));
	assert_in_range(view.boottime - BEHIND, boottime,
			clock_ns(CLOCK_BOOTTIME));
}

static void test_a_guest_sees_nothing_of_this_node(void **state)
{
	struct view view;

	be_possible();
	view = guest();
	assert_int_equal(view.entries, 2); /* . and .. */
	assert_false(view.writable);
	assert_int_equal(view.lo_flags & IFF_UP, 0);
	/* The device, and the socket for complaints. */
	assert_int_equal(view.descriptors, 2);
	assert_int_equal(view.no_new_privs, 1);
	assert_int_equal(view.capabilities, 1u << CAP_SYS_ADMIN);
	assert_int_equal(view.caught, 0);
}

/* As on an initramfs. */
static int refuse_pivot_root(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pivot_root, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void test_a_root_that_cannot_be_exchanged_is_covered(void **state)
{
	struct view view;
	pid_t pid;
	int status;

	be_possible();
	end();
	pid = fork();
	if (pid == 0) {
		if (refuse_pivot_root() < 0 || start(CAGE_IDLE_MS) < 0)
			_exit(1);
		view = guest();
		_exit(view.entries == 2 && !view.writable ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_guests_are_the_first_to_go_when_memory_is_short(void **state)
{
	char path[64], score[16] = "";
	FILE *f;

	be_possible();
	guest();
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", cage.pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(score, sizeof(score), f));
	fclose(f);
	assert_string_equal(score, "500\n");
}

static void test_a_pid_that_is_taken_is_told(void **state)
{
	struct cage_report report;

	be_possible();
	guest();
	ask(ID_GUEST);
	report = hear();
	assert_string_equal(report.what, "clone");
	assert_int_equal(report.error, EEXIST);
	assert_int_equal(report.pid, PID);
	assert_string_equal(report.comm, "counter");
	assert_int_equal(*failed, ID_GUEST);
}

static void test_a_pid_is_waited_for_while_its_former_owner_ends(void **state)
{
	be_possible();
	guest_as(ID_ENDING);
	guest();
	assert_int_equal(*failed, 0);
}

static void test_a_refusal_is_told_and_the_pid_is_free_again(void **state)
{
	struct cage_report report;

	be_possible();
	ask(ID_REFUSED);
	report = hear();
	assert_string_equal(report.what, "become a guest");
	assert_int_equal(report.error, EINVAL);
	assert_int_equal(*failed, ID_REFUSED);
	ask(ID_REFUSED);
	report = hear();
	assert_int_equal(report.error, EINVAL);
}

static void test_clocks_that_cannot_be_are_told(void **state)
{
	struct cage_report report;

	be_possible();
	ask(ID_BEFORE_ZERO);
	report = hear();
	assert_string_equal(report.what, "set the clocks");
	assert_int_equal(report.error, ERANGE);
}

static void test_a_withdrawn_request_is_no_news(void **state)
{
	be_possible();
	ask(ID_WITHDRAWN);
	ask(ID_TOO_LATE);
	assert_false(readable(cage.socket, 300));
}

static void test_a_cage_ends_with_its_parents_end(void **state)
{
	be_possible();
	guest();
	end();
	close(cage.device[1]);
	cage.device[1] = -1;
	/* Neither PID 1 nor the guest holds the device any more. */
	assert_true(readable(cage.device[0], SOON_MS));
	assert_int_equal(read(cage.device[0], &(char){ 0 }, 1), 0);
}

static void test_a_cage_dies_with_its_parent(void **state)
{
	pid_t parent, inner;
	int ends[2];

	be_possible();
	end();
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (parent == 0) {
		start(CAGE_IDLE_MS);
		guest();
		/* PID 1 has the socket's other end: only the signal ends it. */
		inner = fork();
		if (inner == 0) {
			close(cage.device[1]);
			close(ends[1]);
			pause();
		}
		if (write(ends[1], &inner, sizeof(inner)) < 0)
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &inner, sizeof(inner)), sizeof(inner));
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	close(cage.device[1]);
	cage.device[1] = -1;
	assert_true(readable(cage.device[0], SOON_MS));
	kill(inner, SIGKILL);
	close(ends[0]);
}

static void test_an_empty_cage_says_that_it_is_idle(void **state)
{
	struct cage_report report;

	be_possible();
	end();
	assert_int_equal(start(50), 0);
	report = hear();
	assert_string_equal(report.what, "");
	guest();
	while (readable(cage.socket, 0))
		hear(); /* from before */
	assert_false(readable(cage.socket, 300));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offsets_count_nanoseconds_forward),
		TEST(test_a_guest_has_the_pid_and_clocks_of_home),
		TEST(test_a_guest_sees_nothing_of_this_node),
		TEST(test_a_root_that_cannot_be_exchanged_is_covered),
		TEST(test_guests_are_the_first_to_go_when_memory_is_short),
		TEST(test_a_pid_that_is_taken_is_told),
		TEST(test_a_pid_is_waited_for_while_its_former_owner_ends),
		TEST(test_a_refusal_is_told_and_the_pid_is_free_again),
		TEST(test_clocks_that_cannot_be_are_told),
		TEST(test_a_withdrawn_request_is_no_news),
		TEST(test_a_cage_ends_with_its_parents_end),
		TEST(test_a_cage_dies_with_its_parent),
		TEST(test_an_empty_cage_says_that_it_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
