// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * soak NODE MOVES: four processes that compute checksums of their memory go to
 * NODE and come home, MOVES times in all, while signals come that are counted.
 * Says how often they were moved and what they say of themselves at the end;
 * status 0 when no byte was wrong and no signal lost. Runs as root at home.
 */
#include <grp.h>
#include <inttypes.h>
#include <sys/prctl.h>

#include "harness.h"

#define WORKERS 4
#define WORDS (MIB / 4) /* 2 MiB of memory each */
#define CHANGES 5000	/* between two checks of it all */
#define SIGNAL SIGRTMIN /* queued: each one counts */
#define AGAIN_MS 5
#define AGAIN_MOST 2000
#define USER 1000

struct report {
	uint64_t checks, signals;
	int wrong;
};

static volatile sig_atomic_t over;
static volatile uint64_t signals;

static void on_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	signals++;
}

static void on_term(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
	over = true;
}

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t sum_of(const uint64_t *memory)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < WORDS; i++)
		sum += memory[i] * (2 * i + 1);
	return sum;
}

/* What the sum must be is known from each change; what it is, from the memory. */
static void work(int out)
{
	uint64_t *memory = calloc(WORDS, sizeof(*memory));
	uint64_t state = (uint64_t)getpid() * 2654435761u + 1, sum = 0;
	struct report report = { 0 };

	CHECK(memory);
	handle(SIGNAL, on_signal, SA_RESTART);
	handle(SIGTERM, on_term, SA_RESTART);
	CHECK_EQ(write(out, &report, sizeof(report)), sizeof(report));
	while (!over) {
		for (int i = 0; i < CHANGES; i++) {
			size_t at = next(&state) % WORDS;
			uint64_t value = next(&state);

			sum += (value - memory[at]) * (2 * at + 1);
			memory[at] = value;
		}
		report.wrong += sum_of(memory) != sum;
		report.checks++;
	}
	report.signals = signals;
	CHECK_EQ(write(out, &report, sizeof(report)), sizeof(report));
	exit(0);
}

static int go(pid_t pid, int node)
{
	char path[64], text[16];
	int fd, ret, error;

	snprintf(path, sizeof(path), "/proc/%d/goto", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%d", node);
	ret = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	error = errno;
	close(fd);
	return ret < 0 ? -error : 0;
}

/* On a busy host a node is suspect for a moment, and takes nobody. */
static bool in_passing(int error)
{
	return error == EBUSY || error == EAGAIN || error == EHOSTUNREACH;
}

/* A refusal in passing is no fault; one that lasts is. */
static int move(pid_t pid, int node, uint64_t *again)
{
	int ret = go(pid, node);

	for (int i = 0; in_passing(-ret) && i < AGAIN_MOST; i++) {
		++*again;
		poll(NULL, 0, AGAIN_MS);
		ret = go(pid, node);
	}
	return ret;
}

/* Moves one process about; the status says whether all went well. */
static int mover(int node, int moves)
{
	struct report report;
	uint64_t sent = 0, again = 0;
	int pipes[2], status, ret = 0;
	union sigval nothing = { 0 };
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHECK(setgroups(0, NULL) == 0 && setgid(USER) == 0 &&
		      setuid(USER) == 0);
		close(pipes[0]);
		work(pipes[1]);
	}
	close(pipes[1]);
	CHECK_EQ(read(pipes[0], &report, sizeof(report)), sizeof(report));
	for (int i = 0; i < moves && ret == 0; i++) {
		for (int k = 0; k < i % 3; k++)
			sent += sigqueue(pid, SIGNAL, nothing) == 0;
		ret = move(pid, i % 2 ? 0 : node, &again);
		if (ret < 0)
			fprintf(stderr, "move %d of process %d: %s\n", i, pid,
				strerror(-ret));
		else if ((i + 1) % (moves / 10 + 1) == 0)
			printf("process %d: moved %d times\n", pid, i + 1);
		fflush(stdout);
	}
	kill(pid, SIGTERM);
	if (read(pipes[0], &report, sizeof(report)) != sizeof(report))
		report.wrong = -1;
	waitpid(pid, &status, 0);
	printf("process %d: %" PRIu64 " checks, %d wrong, %" PRIu64
	       " of %" PRIu64 " signals, %" PRIu64
	       " moves asked again, status %#x\n",
	       pid, report.checks, report.wrong, report.signals, sent, again,
	       (unsigned int)status);
	fflush(stdout);
	return ret || report.wrong || report.signals != sent || status;
}

int main(int argc, char **argv)
{
	int node = argc == 3 ? atoi(argv[1]) : 0;
	int moves = argc == 3 ? atoi(argv[2]) : 0;
	int bad = 0, status;

	if (node <= 0 || moves < WORKERS) {
		fputs("usage: soak NODE MOVES\n", stderr);
		return 2;
	}
	for (int i = 0; i < WORKERS; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			_exit(mover(node, moves / WORKERS) ? 1 : 0);
	}
	while (wait(&status) > 0)
		bad += status != 0;
	printf("%d moves, %d of %d processes failed\n",
	       moves / WORKERS * WORKERS, bad, WORKERS);
	return bad ? 1 : 0;
}
