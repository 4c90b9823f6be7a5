// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a program speaks with its mover, and the tools that many of them need.
 */
#include <stdarg.h>

#include "harness.h"

#define MUCH_SLOWER 5
#define PESTER_MS 20
#define SOON (10 * 1000 * MS) /* and longer on a debug kernel */

static bool was_moved, is_wandering;
static pid_t pesterer;
static int pester_fd;

static void say(const char *text)
{
	size_t length = strlen(text);

	if (write(STDOUT_FILENO, text, length) != (ssize_t)length)
		_exit(2);
}

void fail_at(const char *file, int line, const char *format, ...)
{
	char text[400], what[300];
	int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(text, sizeof(text), "FAIL %s:%d: %s (errno %d)\n", file, line,
		 what, error);
	say(text);
	_exit(1);
}

int pass(void)
{
	say("PASS\n");
	return 0;
}

void will_end(int wait_status)
{
	char text[32];

	snprintf(text, sizeof(text), "ends %d\n", wait_status);
	say(text);
}

void ready(void)
{
	say("ready\n");
}

static void take_byte(void)
{
	ssize_t got;
	char byte;

	do
		got = read(STDIN_FILENO, &byte, 1);
	while (got < 0 && errno == EINTR);
	CHECK_EQ(got, 1);
	was_moved = true;
	is_wandering = byte == 'w';
}

void wait_moved(void)
{
	if (!was_moved)
		take_byte();
}

bool moved(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	if (!was_moved && poll(&in, 1, 0) == 1)
		take_byte();
	return was_moved;
}

bool wandering(void)
{
	return is_wandering;
}

bool again(unsigned int rounds)
{
	static unsigned int after;

	if (was_moved)
		return after++ < rounds;
	moved();
	return true;
}

/* So many steps forth, and the same number back. */
void compute(unsigned int steps)
{
	const uint64_t factor = 0x5851f42d4c957f2d,
		       inverse = 0xc097ef87329e28a5;
	const uint64_t seed = 0x7e55e7a;
	uint64_t x = seed;
	unsigned int i;

	for (i = 0; i < steps; i++)
		x = x * factor + i;
	while (i-- > 0)
		x = (x - i) * inverse;
	CHECK(x == seed);
}

void spin_moved(void)
{
	do
		compute(SPIN);
	while (!moved());
}

static uint64_t word_of(uint64_t seed, size_t index)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15 + index;

	x ^= x >> 31;
	x *= 0xbf58476d1ce4e5b9;
	return x ^ x >> 29;
}

void fill(void *memory, size_t size, uint64_t seed)
{
	uint64_t *words = memory;
	size_t i;

	for (i = 0; i < size / sizeof(*words); i++)
		words[i] = word_of(seed, i);
}

bool filled(const void *memory, size_t size, uint64_t seed)
{
	const uint64_t *words = memory;
	size_t i;

	for (i = 0; i < size / sizeof(*words); i++)
		if (words[i] != word_of(seed, i))
			return false;
	return true;
}

bool is_zero(const void *memory, size_t size)
{
	const char *bytes = memory;

	return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

int64_t now(clockid_t clock)
{
	struct timespec t;

	CHECK_EQ(clock_gettime(clock, &t), 0);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){
		.tv_sec = ns / (1000 * MS),
		.tv_nsec = ns % (1000 * MS),
	};
}

void rest_ms(int ms)
{
	struct timespec left = timespec_of(ms * MS);

	while (nanosleep(&left, &left) < 0)
		CHECK_EQ(errno, EINTR);
}

void handle(int signal, handler_fn handler, int flags)
{
	struct sigaction action = {
		.sa_sigaction = handler,
		.sa_flags = flags | SA_SIGINFO,
	};

	CHECK_EQ(sigaction(signal, &action, NULL), 0);
}

void block(int signal, bool on)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	CHECK_EQ(pthread_sigmask(on ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL), 0);
}

bool blocked(int signal)
{
	sigset_t set;

	CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
	return sigismember(&set, signal);
}

pid_t child(void (*body)(void *), void *argument)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		body(argument);
		_exit(0);
	}
	return pid;
}

void child_passed(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	CHECK_EQ(got, pid);
	CHECK_EQ(status, 0);
}

static double slowness(void)
{
	const char *slow = getenv("SLOW");

	return slow ? atof(slow) : 1;
}

int rounds_of(int often)
{
	static double slow;

	if (!slow)
		slow = slowness();
	return slow < MUCH_SLOWER ? often : often / MUCH_SLOWER;
}

static int64_t soon(void)
{
	return now(CLOCK_MONOTONIC) + (int64_t)(SOON * slowness());
}

int status_soon(pid_t pid, int options)
{
	int64_t deadline = soon();
	int status;
	pid_t got;

	while ((got = waitpid(pid, &status, options | WNOHANG)) == 0) {
		CHECK(now(CLOCK_MONOTONIC) < deadline);
		rest_ms(1);
	}
	CHECK_EQ(got, pid);
	return status;
}

void kill_soon(pid_t pid)
{
	int status;

	CHECK_EQ(kill(pid, SIGKILL), 0);
	status = status_soon(pid, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

char state_of(pid_t pid)
{
	char path[32];
	const char *text;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = strrchr(text_of(path), ')');
	CHECK(text);
	return text[2];
}

void await_state(pid_t pid, char state)
{
	int64_t deadline = soon();

	while (state_of(pid) != state) {
		CHECK(now(CLOCK_MONOTONIC) < deadline);
		rest_ms(1);
	}
}

void await_stop(pid_t pid)
{
	await_state(pid, 'T');
}

static bool go(pid_t pid, int node)
{
	char path[32], text[16];
	int fd, length;
	ssize_t put;

	snprintf(path, sizeof(path), "/proc/%d/goto", pid);
	length = snprintf(text, sizeof(text), "%d\n", node);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	put = write(fd, text, length);
	CHECK(put == length || errno == EBUSY || errno == EAGAIN ||
	      errno == EINTR);
	close(fd);
	return put == length;
}

struct errand {
	pid_t pid;
	int node;
};

static void run_errand(void *argument)
{
	const struct errand *errand = argument;
	int64_t deadline = soon();

	while (!go(errand->pid, errand->node)) {
		CHECK(now(CLOCK_MONOTONIC) < deadline);
		rest_ms(1);
	}
}

void send_along(pid_t pid)
{
	struct errand errand = { .pid = pid };
	const char *away = getenv("AWAY");

	if (!wandering())
		return;
	CHECK(away);
	errand.node = atoi(away);
	/* By somebody who stays at home: each of our own moves would interrupt it. */
	child_passed(child(run_errand, &errand));
}

static void obey(int fd, void (*act)(void *), void *argument)
{
	struct pollfd order = { .fd = fd, .events = POLLIN };
	char on = false;

	for (;;) {
		if (poll(&order, 1, on ? PESTER_MS : -1) == 0)
			act(argument);
		else if (read(fd, &on, 1) != 1)
			_exit(0);
	}
}

pid_t pester_by(void (*act)(void *), void *argument)
{
	int fds[2];

	CHECK_EQ(pipe(fds), 0);
	pesterer = fork();
	CHECK(pesterer >= 0);
	if (pesterer == 0) {
		close(fds[1]);
		obey(fds[0], act, argument);
	}
	close(fds[0]);
	pester_fd = fds[1];
	return pesterer;
}

pid_t adopt_group(void)
{
	pid_t member = fork();

	CHECK(member >= 0);
	while (member == 0)
		pause();
	CHECK_EQ(setpgid(0, 0), 0);
	return member;
}

static void send_signal(void *signal)
{
	kill(getppid(), (intptr_t)signal);
}

pid_t pester_start(int signal)
{
	return pester_by(send_signal, (void *)(intptr_t)signal);
}

void pester(bool on)
{
	char byte = on;

	CHECK_EQ(write(pester_fd, &byte, 1), 1);
}

void pester_end(void)
{
	close(pester_fd);
	child_passed(pesterer);
}

pthread_t thread_start(void *(*body)(void *), void *argument)
{
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, body, argument), 0);
	return thread;
}

void *thread_join(pthread_t thread)
{
	void *result;

	CHECK_EQ(pthread_join(thread, &result), 0);
	return result;
}

int new_file(const char *name, const void *content, size_t size)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, content, size), size);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

const char *text_of(const char *path)
{
	static _Thread_local char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	CHECK(fd >= 0);
	size = read(fd, text, sizeof(text) - 1);
	CHECK(size >= 0);
	close(fd);
	text[size] = 0;
	if (size && text[size - 1] == '\n')
		text[size - 1] = 0;
	return text;
}
