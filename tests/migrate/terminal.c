// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * terminal DIR PROGRAM [ARGUMENT]…: a terminal for a program that an ordinary
 * user has started, without anybody before it. What is written to the pipe
 * DIR/in is typed, what appears goes to DIR/out, and DIR/status gets the wait
 * status when the program has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define USER 1000

static int need(int value, const char *what)
{
	if (value < 0) {
		perror(what);
		exit(1);
	}
	return value;
}

static void execute(int master, char **argv)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	const char *name = ptsname(master);
	int slave;

	need(setsid(), "setsid");
	/* The first terminal that a leader opens becomes its own. */
	slave = need(open(name, O_RDWR), name);
	/* What we were started with is no matter of the program's. */
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	need(ioctl(slave, TIOCSWINSZ, &size), "TIOCSWINSZ");
	need(fchown(slave, USER, USER), name);
	dup2(slave, STDIN_FILENO);
	dup2(slave, STDOUT_FILENO);
	dup2(slave, STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
	need(setgroups(0, NULL), "setgroups");
	need(setgid(USER), "setgid");
	need(setuid(USER), "setuid");
	setenv("HOME", "/home/tessera", 1);
	setenv("TERM", "dumb", 1);
	need(chdir("/home/tessera"), "/home/tessera");
	execv(argv[0], argv);
	need(-1, argv[0]);
}

/* Until the program and all who hold its terminal have gone. */
static void serve(int master, int in, int out)
{
	struct pollfd fds[] = {
		{ .fd = master, .events = POLLIN },
		{ .fd = in, .events = POLLIN },
	};
	char bytes[4096];
	ssize_t got;

	for (;;) {
		need(poll(fds, 2, -1), "poll");
		if (fds[1].revents) {
			got = read(in, bytes, sizeof(bytes));
			if (got > 0)
				need(write(master, bytes, got), "typing");
		}
		if (!fds[0].revents)
			continue;
		got = read(master, bytes, sizeof(bytes));
		if (got <= 0) /* EIO: nobody has it open */
			return;
		need(write(out, bytes, got), "out");
	}
}

int main(int argc, char **argv)
{
	int master, in, out, status;
	FILE *report;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: terminal DIR PROGRAM [ARGUMENT]...\n", stderr);
		return 2;
	}
	need(mkdir(argv[1], 0755), argv[1]);
	need(chdir(argv[1]), argv[1]);
	need(mkfifo("in", 0600), "in");
	/* Held open for writing, too: there is no end of what is typed. */
	in = need(open("in", O_RDWR | O_CLOEXEC), "in");
	out = need(open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0644), "out");
	master = need(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "terminal");
	need(grantpt(master), "terminal");
	need(unlockpt(master), "terminal");
	pid = need(fork(), "fork");
	if (pid == 0)
		execute(master, argv + 2);
	serve(master, in, out);
	need(waitpid(pid, &status, 0), "waitpid");
	report = fopen("status", "w");
	if (!report || fprintf(report, "%d\n", status) < 0 || fclose(report))
		need(-1, "status");
	return 0;
}
