// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts a program of the benchmark, moves it when it is ready, and says what
 * was seen. NODE 0 is where it is: it is not moved.
 *
 *	mover gap NODE PROGRAM…		move it, end it; what it says, and how long
 *					the move took, nanoseconds
 *	mover ask NODE PROGRAM…		move it, and let it do what it does once;
 *					what it says, and the time from the end
 *					of the move to its answer, nanoseconds
 *	mover drain NODE PROGRAM…	move it, and wait until home has no memory of
 *					it: bytes, nanoseconds
 *	mover job NODE MS PROGRAM…	move it after so long; the time from ready to
 *					its end, nanoseconds
 *	mover hold PROGRAM…		only start it: its PID
 *	mover time PROGRAM…		nothing of all this; the time until it ends
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "bench.h"

#define MOVE_TRIES 100
#define TRY_NS (20 * NS_PER_MS)
#define BEFORE_NS (300 * NS_PER_MS)
#define AFTER_NS (700 * NS_PER_MS)
#define LOOK_NS (2 * NS_PER_MS)
#define LEFT_OVER (2 * MIB) /* what a moved process keeps at home */
#define DRAIN_NS (300 * NS_PER_S)

static pid_t program;
static FILE *from;
static int to;

static void start(char **argv)
{
	int in[2], out[2];
	char line[16];

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		err(1, "pipe");
	program = fork();
	if (program == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close_range(3, ~0U, 0);
		execv(argv[0], argv);
		err(127, "%s", argv[0]);
	}
	close(in[0]);
	close(out[1]);
	to = in[1];
	from = fdopen(out[0], "r");
	if (program < 0 || !from)
		err(1, "%s", argv[0]);
	if (!fgets(line, sizeof(line), from) || strcmp(line, "ready\n"))
		errx(1, "%s is not ready", argv[0]);
}

static void end(void)
{
	kill(program, SIGKILL);
	waitpid(program, NULL, 0);
}

static void failed(const char *what)
{
	warn("%s", what);
	end();
	exit(1);
}

static int proc_open(const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", program, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		failed(path);
	return fd;
}

/* Returns how long it took. */
static int64_t move(const char *node)
{
	int fd, tries, length = strlen(node);
	int64_t begun = 0;

	if (!strcmp(node, "0"))
		return 0;
	fd = proc_open("goto", O_WRONLY);
	for (tries = 0; tries < MOVE_TRIES; tries++) {
		begun = now();
		if (write(fd, node, length) == length)
			break;
		if (errno != EBUSY && errno != EAGAIN)
			failed("goto");
		rest(TRY_NS);
	}
	if (tries == MOVE_TRIES)
		failed("goto");
	close(fd);
	return now() - begun;
}

static const char *answer(void)
{
	static char line[256];

	if (!fgets(line, sizeof(line), from))
		failed("the program says nothing");
	line[strcspn(line, "\n")] = 0;
	return line;
}

static void gap(char **words)
{
	int64_t took;

	start(words + 1);
	rest(BEFORE_NS);
	took = move(words[0]);
	rest(AFTER_NS);
	kill(program, SIGTERM);
	printf("%s %lld\n", answer(), (long long)took);
	end();
}

static void ask(char **words)
{
	int64_t begun;

	start(words + 1);
	move(words[0]);
	begun = now();
	if (write(to, "\n", 1) != 1)
		failed("pipe");
	printf("%s ", answer());
	printf("%lld\n", (long long)(now() - begun));
	end();
}

static unsigned long resident(int statm)
{
	char text[128] = "";
	unsigned long pages;

	if (pread(statm, text, sizeof(text) - 1, 0) < 0 ||
	    sscanf(text, "%*u %lu", &pages) != 1)
		failed("statm");
	return pages * sysconf(_SC_PAGESIZE);
}

static void drain(char **words)
{
	unsigned long first, last;
	int64_t begun;
	int statm;

	start(words + 1);
	statm = proc_open("statm", O_RDONLY);
	first = resident(statm);
	move(words[0]);
	begun = now();
	while ((last = resident(statm)) > LEFT_OVER) {
		if (now() - begun > DRAIN_NS) {
			errno = ETIMEDOUT;
			failed("its memory does not leave");
		}
		rest(LOOK_NS);
	}
	printf("%lu %lld\n", first - last, (long long)(now() - begun));
	end();
}

static void job(char **words)
{
	int64_t begun;
	int status;

	start(words + 2);
	begun = now();
	if (strcmp(words[0], "0"))
		rest(number(words[1]) * NS_PER_MS);
	move(words[0]);
	if (waitpid(program, &status, 0) != program || status)
		errx(1, "the job ended with status 0x%x", status);
	printf("%lld\n", (long long)(now() - begun));
}

static void hold(char **words)
{
	start(words);
	printf("%d\n", program);
}

static void time_of(char **words)
{
	int64_t begun = now();
	int status;

	program = fork();
	if (program == 0) {
		execvp(words[0], words);
		err(127, "%s", words[0]);
	}
	if (program < 0 || waitpid(program, &status, 0) != program || status)
		errx(1, "%s failed", words[0]);
	printf("%lld\n", (long long)(now() - begun));
}

static const struct {
	const char *name;
	void (*run)(char **words);
	int least; /* words behind its name */
} ways[] = {
	{ "gap", gap, 2 }, { "ask", ask, 2 },	{ "drain", drain, 2 },
	{ "job", job, 3 }, { "hold", hold, 1 }, { "time", time_of, 1 },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(ways) / sizeof(*ways); i++) {
		if (!strcmp(argv[1], ways[i].name) &&
		    argc - 2 >= ways[i].least) {
			ways[i].run(argv + 2);
			return 0;
		}
	}
	errx(2, "usage: mover gap|ask|drain NODE PROGRAM… | "
		"job NODE MS PROGRAM… | hold|time PROGRAM…");
}
