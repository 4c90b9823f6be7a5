// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * prey COUNT NODE THREADS [MS]: ordinary users' processes that go to a node where
 * something hostile waits for them, one after the other, and live so long. A line
 * for each says what became of it; in the end none is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USER 1000
#define LIFE_MS "12000"
#define HOME_MS 600 /* how long it is looked at when it came back */
#define TICK_MS 20
#define CODE 0x10000000 /* as stay.h has it */
#define PAGE 4096

static void ignore(int signal)
{
	(void)signal;
}

static void *compute(void *unused)
{
	for (;;)
		__asm__ volatile("pause");
	return unused;
}

/* What it may use of its home is what an ordinary user may, and less. */
static void limit(void)
{
	const struct {
		int what;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_FSIZE, 1 << 20 },    { RLIMIT_NOFILE, 64 },
		{ RLIMIT_AS, 512 << 20 },     { RLIMIT_CORE, 0 },
		{ RLIMIT_MSGQUEUE, 1 << 16 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		setrlimit(limits[i].what,
			  &(struct rlimit){ limits[i].value, limits[i].value });
}

static void live(int threads)
{
	char *page;

	setsid();
	if (chdir("/tmp") < 0 || setgroups(0, NULL) < 0 || setgid(USER) < 0 ||
	    setuid(USER) < 0)
		_exit(126);
	/* After that, which would undo both. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 1);
	limit();
	signal(SIGUSR1, ignore);
	page = mmap((void *)CODE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(page, 0xf4, PAGE);
	for (int i = 1; i < threads; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, compute, NULL);
	}
	compute(NULL);
}

static ssize_t read_proc(pid_t pid, const char *name, char *to, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, to, size);
	close(fd);
	return n;
}

static int go(pid_t pid, int node)
{
	char path[64], text[16];
	int fd, error = 0, n;

	snprintf(path, sizeof(path), "/proc/%d/goto", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = snprintf(text, sizeof(text), "%d", node);
	if (write(fd, text, n) < 0)
		error = errno;
	close(fd);
	return error;
}

static bool is_home(pid_t pid)
{
	char where[16] = "";

	return read_proc(pid, "where", where, sizeof(where) - 1) > 0 &&
	       atoi(where) == 0;
}

static bool has_ended(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return false;
	printf("ended %#x\n", status);
	return true;
}

/*
 * Everything that others look at may be what the host has made of it. False: it
 * ends; who is ending is at home, too.
 */
static bool look_at(pid_t pid)
{
	static const char *const files[] = { "stat", "status", "cmdline",
					     "maps", "sched",  "comm" };
	char text[65536];

	for (int ms = 0; ms < HOME_MS; ms += TICK_MS) {
		for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
			read_proc(pid, files[i], text, sizeof(text));
		kill(pid, SIGUSR1);
		poll(NULL, 0, TICK_MS);
		if (has_ended(pid))
			return false;
	}
	printf("home, auxv %zd", read_proc(pid, "auxv", text, sizeof(text)));
	return true;
}

static void one(int node, int threads, int life_ms)
{
	bool home = false;
	int status = 0, error;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		live(threads);
	poll(NULL, 0, TICK_MS);
	error = go(pid, node);
	if (error)
		printf("stayed (%s)", strerror(error));
	for (int ms = 0; !error && !home && ms < life_ms; ms += TICK_MS) {
		if (has_ended(pid))
			return;
		home = is_home(pid);
		poll(NULL, 0, TICK_MS);
	}
	if (home && !look_at(pid))
		return;
	if (!home && !error)
		printf("away");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	printf(", killed %#x\n", status);
}

int main(int argc, char **argv)
{
	if (argc != 4 && argc != 5)
		return 2;
	for (int i = atoi(argv[1]); i > 0; i--)
		one(atoi(argv[2]), atoi(argv[3]), atoi(argv[4] ?: LIFE_MS));
	return 0;
}
