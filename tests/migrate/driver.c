// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * driver FLAVOUR NODE DIR PROGRAM…: run programs of DIR, one after the other,
 * as an ordinary user, move them, and say which of them still behaved.
 *
 *	unmoved		not moved at all
 *	moved		out to NODE, then they look at themselves
 *	home		out to NODE and home again, then they look
 *	forth		out and home all the time until they end
 *	cut		out to NODE, over a link that ends at some frame: they
 *			are as they were, or end and the kernel says why
 *
 * Runs as root on the node that is home. SLOW multiplies the deadlines, CUTS is
 * the number of frames tried with each program.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"

#define USER 1000
#define EXTRA_GROUP 1001
#define READY_MS 20000
#define RUN_MS 60000
#define CUTS_MAX 16
#define RETRY_MS 2000
#define RETRY_PAUSE_MS 20
#define STAY_MIN_MS 50
#define STAY_MAX_MS 200
#define HOME 0

enum flavour { UNMOVED, MOVED, TO_HOME, FORTH, CUT };
static const char *const flavour_names[] = { "unmoved", "moved", "home",
					     "forth", "cut" };

struct run {
	const char *name;
	char workdir[64];
	pid_t pid;
	int pidfd, in, out;
	char output[8192]; /* its beginning; a program says few words */
	size_t length;
	char why[512]; /* it failed; empty as long as it did not */
	bool ended;
	int status;
	unsigned int moves;
	unsigned int frame; /* where the link was to end */
};

static enum flavour flavour;
static int node;
static double slow = 1;
static unsigned int cuts = 1;

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

__attribute__((format(printf, 2, 3))) static bool
failed(struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!run->why[0])
		vsnprintf(run->why, sizeof(run->why), format, args);
	va_end(args);
	return false;
}

static void sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

/* What a file of /proc says, one line; empty when it says nothing. */
static void proc_text(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, text, size - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = 0;
	text[strcspn(text, "\n")] = 0;
}

/* Starting and ending */

static void become_user(const struct run *run)
{
	const gid_t groups[] = { USER, EXTRA_GROUP };

	if (getuid() != 0)
		return;
	if (setgroups(2, groups) < 0 || setgid(USER) < 0 || setuid(USER) < 0) {
		fprintf(stderr, "%s: no user: %m\n", run->name);
		_exit(126);
	}
}

static void execute(const struct run *run, const char *dir, int in, int out)
{
	char path[512], home[80], patience[32], away[32];
	char *const argv[] = { path, NULL };
	char *const envp[] = { (char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
			       (char *)"TESSERA_TEST=as it was",
			       home,
			       patience,
			       away,
			       NULL };

	snprintf(path, sizeof(path), "%s/%s", dir, run->name);
	snprintf(home, sizeof(home), "HOME=%s", run->workdir);
	snprintf(patience, sizeof(patience), "SLOW=%g", slow);
	snprintf(away, sizeof(away), "AWAY=%d", node);
	setsid();
	umask(022);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	become_user(run);
	signal(SIGPIPE, SIG_DFL);
	if (chdir(run->workdir) == 0)
		execve(path, argv, envp);
	fprintf(stderr, "%s: %m\n", path);
	_exit(127);
}

static bool start(struct run *run, const char *dir)
{
	int in[2], out[2];

	snprintf(run->workdir, sizeof(run->workdir), "/tmp/migrate-XXXXXX");
	if (!mkdtemp(run->workdir) ||
	    (getuid() == 0 && chown(run->workdir, USER, USER) < 0))
		return failed(run, "no directory: %m");
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return failed(run, "no pipe: %m");
	fflush(NULL);
	run->pid = fork();
	if (run->pid == 0)
		execute(run, dir, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	run->in = in[1];
	run->out = out[0];
	run->pidfd = run->pid > 0 ? pidfd_open(run->pid, 0) : -1;
	fcntl(run->out, F_SETFL, O_NONBLOCK);
	return run->pidfd >= 0 || failed(run, "no process: %m");
}

/* Whether /proc/PID/stat belongs to what the program has left behind: it is of
 * its session, or has become ours. */
static bool is_leftover(const struct run *run, pid_t pid)
{
	char text[512], *rest, state;
	int ppid, session;

	proc_text(pid, "stat", text, sizeof(text));
	rest = strrchr(text, ')');
	if (!rest ||
	    sscanf(rest + 1, " %c %d %*d %d", &state, &ppid, &session) != 3)
		return false;
	return state != 'Z' && (ppid == getpid() || session == run->pid);
}

static void kill_leftovers(const struct run *run)
{
	struct dirent *entry;
	bool found;
	DIR *proc;
	int i;

	for (i = 0, found = true; found && i < 100; i++) {
		found = false;
		proc = opendir("/proc");
		while (proc && (entry = readdir(proc))) {
			pid_t pid = atoi(entry->d_name);

			if (pid > 0 && is_leftover(run, pid)) {
				kill(pid, SIGKILL);
				found = true;
			}
		}
		if (proc)
			closedir(proc);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (found)
			sleep_ms(RETRY_PAUSE_MS);
	}
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void finish(struct run *run)
{
	if (run->pid > 0 && !run->ended) {
		kill(run->pid, SIGKILL);
		waitpid(run->pid, NULL, 0);
	}
	if (run->pid > 0) {
		kill_leftovers(run);
		close(run->in);
		close(run->out);
		close(run->pidfd);
	}
	nftw(run->workdir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Listening and waiting */

static void listen_to(struct run *run)
{
	char rest[512], *to;
	size_t room;
	ssize_t got;

	do {
		room = sizeof(run->output) - 1 - run->length;
		to = room ? run->output + run->length : rest;
		got = read(run->out, to, room ? room : sizeof(rest));
		if (got > 0 && room)
			run->length += got;
	} while (got > 0);
}

static bool has_line(const struct run *run, const char *line)
{
	size_t length = strlen(line);
	const char *at = run->output;

	while ((at = strstr(at, line))) {
		if ((at == run->output || at[-1] == '\n') && at[length] == '\n')
			return true;
		at += length;
	}
	return false;
}

/* Until it ends, or says the line, or the time is over: false. */
static bool wait_for(struct run *run, const char *line, long long deadline)
{
	struct pollfd fds[] = {
		{ .fd = run->pidfd, .events = POLLIN },
		{ .fd = run->out, .events = POLLIN },
	};
	long long left;

	for (;;) {
		if (!run->ended)
			run->ended = waitpid(run->pid, &run->status, WNOHANG) >
				     0;
		listen_to(run);
		if (line && has_line(run, line))
			return true;
		if (run->ended)
			return true;
		left = deadline - now_ms();
		if (left <= 0)
			return false;
		poll(fds, 2, left);
		if (fds[1].revents & POLLHUP)
			fds[1].fd = -1; /* it closed all, and still lives */
	}
}

/* Moving */

static void no_more(int signal)
{
	(void)signal; /* only interrupts a write to goto */
}

/* One attempt; 0 or an errno. */
static int go(const struct run *run, int target)
{
	char path[64], text[16];
	int fd, length, error = 0;

	snprintf(path, sizeof(path), "/proc/%d/goto", run->pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	length = snprintf(text, sizeof(text), "%d\n", target);
	if (write(fd, text, length) < 0)
		error = errno;
	close(fd);
	return error;
}

static bool is_alive(struct run *run)
{
	return !run->ended && !wait_for(run, NULL, now_ms());
}

/* "No such process" is one that is about to end; the child of a vfork() soon has
 * memory of its own. */
static bool is_for_now(int error, const char *words)
{
	return error == EBUSY || error == EAGAIN || error == ESRCH ||
	       strstr(words, "shares its memory with another process");
}

static bool move(struct run *run, int target)
{
	long long begun = now_ms(), deadline = begun + RETRY_MS * slow;
	char words[200];
	int error;

	for (;;) {
		alarm(RUN_MS * slow / 1000);
		error = go(run, target);
		alarm(0);
		if (!error) {
			run->moves++;
			return true;
		}
		proc_text(run->pid, "cantmove", words, sizeof(words));
		if (!is_alive(run) || !is_for_now(error, words) ||
		    now_ms() > deadline)
			break;
		sleep_ms(RETRY_PAUSE_MS);
	}
	if (flavour == FORTH && run->ended)
		return false; /* how it ended tells */
	if (run->ended)
		return failed(run, "ended while it was moved to %d", target);
	return failed(run, "move %u, to %d, after %lld ms: %s; cantmove: %s",
		      run->moves + 1, target, now_ms() - begun, strerror(error),
		      words[0] ? words : "-");
}

/* The link ends meanwhile, or later: then it need not arrive, but must live. */
static bool move_over_a_cut(struct run *run)
{
	long long deadline = now_ms() + RETRY_MS * slow;
	char where[64];
	int error;

	if (!fault_arm(run->frame))
		return failed(run, "no link can be cut: %m");
	for (;;) {
		alarm(RUN_MS * slow / 1000);
		error = go(run, node);
		alarm(0);
		if (!error || !is_alive(run))
			return true;
		proc_text(run->pid, "where", where, sizeof(where));
		/* It had just left when the link was lost: that ends it, too. */
		if (atoi(where) != HOME && error == EHOSTUNREACH)
			return wait_for(run, NULL, deadline) ||
			       failed(run, "lost, and lives on");
		if (atoi(where) != HOME)
			return failed(run, "not moved (%s), but at '%s'",
				      strerror(error), where);
		if (error == EHOSTUNREACH)
			return true;
		if ((error != EBUSY && error != EAGAIN) || now_ms() > deadline)
			return failed(run, "not moved: %s", strerror(error));
		sleep_ms(RETRY_PAUSE_MS);
	}
}

/* Where it is while it waits for our byte. */
static bool is_at(struct run *run, int target)
{
	char where[64], moves[64], *end;

	proc_text(run->pid, "where", where, sizeof(where));
	if (strtol(where, &end, 10) == target && end != where)
		return true;
	/* Some calls, like clone, send it home at once. */
	proc_text(run->pid, "nmigs", moves, sizeof(moves));
	if (strtol(where, &end, 10) == 0 && end != where && atoi(moves) > 0)
		return true;
	return failed(run, "it should be at %d; where: '%s'", target, where);
}

static bool feed(struct run *run)
{
	/* One that has ended already is judged by how it did. */
	const char *word = flavour == FORTH ? "w" : "\n";

	return write(run->in, word, 1) == 1 || errno == EPIPE ||
	       failed(run, "not fed: %m");
}

static bool out_and_feed(struct run *run)
{
	switch (flavour) {
	case UNMOVED:
		return feed(run);
	case MOVED:
		return move(run, node) && is_at(run, node) && feed(run);
	case TO_HOME:
		return move(run, node) && is_at(run, node) && move(run, HOME) &&
		       is_at(run, HOME) && feed(run);
	case FORTH:
		return move(run, node) && feed(run);
	case CUT:
		return move_over_a_cut(run) && feed(run);
	}
	return false;
}

/* Home and out again until it ends, with stays of changing length. */
static void wander(struct run *run, long long deadline)
{
	int target = HOME;
	long long stay;

	while (now_ms() < deadline) {
		stay = STAY_MIN_MS + rand() % (STAY_MAX_MS - STAY_MIN_MS);
		if (wait_for(run, NULL, now_ms() + stay) || !move(run, target))
			return;
		target = target == HOME ? node : HOME;
	}
}

/* Judging */

/* The wait status that the program has said it will end with. */
static int announced_end(const struct run *run)
{
	const char *line = strstr(run->output, "ends ");

	if (!line || (line > run->output && line[-1] != '\n'))
		return 0;
	return atoi(line + strlen("ends "));
}

static bool judge(struct run *run)
{
	int wanted = announced_end(run);
	int status = run->status & ~0x80; /* a core dump is no matter */

	if (flavour == CUT && status == SIGKILL && fault_is_told(run->pid))
		return true;
	if (WIFSIGNALED(run->status) && status != wanted)
		return failed(run, "killed by signal %d", status);
	if (status != wanted && !strstr(run->output, "FAIL"))
		return failed(run, "wait status 0x%x, not 0x%x", status,
			      wanted);
	if (status != wanted)
		return failed(run, "it says so");
	return has_line(run, "PASS") || failed(run, "it did not say PASS");
}

static bool run_program(struct run *run, const char *dir)
{
	long long deadline = now_ms() + READY_MS * slow;

	if (!start(run, dir))
		return false;
	if (!wait_for(run, "ready", deadline))
		return failed(run, "not ready in time");
	if (!has_line(run, "ready"))
		return failed(run, "ended before it was ready");
	deadline = now_ms() + RUN_MS * slow;
	if (!out_and_feed(run) && !run->ended)
		return false;
	if (flavour == FORTH && !run->ended)
		wander(run, deadline);
	if (!run->why[0] && !wait_for(run, NULL, deadline))
		return failed(run, "it does not end");
	return !run->why[0] && judge(run);
}

static void print_output(const struct run *run)
{
	const char *at = run->output, *end;

	for (; *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, '\n');
		printf("    %.*s\n", (int)(end - at), at);
	}
}

/* Once; what became of the link is added to the notes. */
static bool try_once(struct run *run, const char *dir, char *notes, size_t size)
{
	bool good = run_program(run, dir);
	size_t used = strlen(notes);

	listen_to(run);
	if (flavour == CUT)
		snprintf(notes + used, size - used, "    frame %u: %s\n",
			 run->frame,
			 !fault_disarm()	? "not reached" :
			 run->status == SIGKILL ? "it ended" :
						  "it lives");
	return good;
}

static bool report(const char *dir, const char *name)
{
	unsigned int round, rounds = flavour == CUT ? cuts : 1;
	long long begun = now_ms();
	char notes[64 * CUTS_MAX] = "";
	bool good = true;

	for (round = 0; good && round < rounds; round++) {
		struct run run = { .name = name, .pid = -1 };

		run.frame = fault_frame(name, round);
		good = try_once(&run, dir, notes, sizeof(notes));
		if (!good) {
			printf("FAIL %s %s %s\n", name, flavour_names[flavour],
			       run.why);
			print_output(&run);
		}
		finish(&run);
	}
	if (good)
		printf("PASS %s %s %lld\n", name, flavour_names[flavour],
		       now_ms() - begun);
	fputs(notes, stdout);
	fflush(stdout);
	return good;
}

int main(int argc, char **argv)
{
	const struct sigaction on_alarm = { .sa_handler = no_more };
	char *dir;
	int i, bad = 0, count = sizeof(flavour_names) / sizeof(*flavour_names);

	for (i = 0; argc > 4 && i < count; i++)
		if (!strcmp(argv[1], flavour_names[i]))
			break;
	if (argc <= 4 || i == count) {
		fputs("usage: driver unmoved|moved|home|forth|cut NODE DIR PROGRAM…\n",
		      stderr);
		return 2;
	}
	flavour = i;
	dir = realpath(argv[3],
		       NULL); /* a program's directory is another one */
	if (!dir) {
		perror(argv[3]);
		return 2;
	}
	node = atoi(argv[2]);
	if (getenv("SLOW"))
		slow = atof(getenv("SLOW"));
	if (getenv("CUTS"))
		cuts = atoi(getenv("CUTS"));
	if (cuts < 1 || cuts > CUTS_MAX) {
		fprintf(stderr, "CUTS: 1 to %d\n", CUTS_MAX);
		return 2;
	}
	/* Orphans come to us, so that we can end them. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigaction(SIGALRM, &on_alarm, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (i = 4; i < argc; i++)
		bad += !report(dir, argv[i]);
	printf("%d passed, %d failed\n", argc - 4 - bad, bad);
	free(dir);
	return bad > 0;
}
