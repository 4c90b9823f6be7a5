// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shell COUNT: an interactive shell of the ordinary user, at a terminal of its
 * own. So many commands are typed, each when the prompt is there: nanoseconds,
 * without those in which the machine had nothing to do. (It has one processor.)
 */
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "bench.h"

#define PROMPT "next> "

static void become_shell(void)
{
	become_user();
	setenv("PS1", PROMPT, 1);
	unsetenv("ENV");
	execlp("sh", "sh", "-i", NULL);
	err(127, "sh");
}

/* The end of what was read is kept, in case the prompt comes in two pieces. */
static void wait_for_prompt(int fd)
{
	char said[4096];
	size_t kept = 0;
	ssize_t got;

	for (;;) {
		got = read(fd, said + kept, sizeof(said) - kept);
		if (got <= 0)
			errx(1, "the shell has ended");
		kept += got;
		if (memmem(said, kept, PROMPT, strlen(PROMPT)))
			return;
		if (kept > strlen(PROMPT)) {
			memmove(said, said + kept - strlen(PROMPT),
				strlen(PROMPT));
			kept = strlen(PROMPT);
		}
	}
}

/* Nanoseconds since the start, as exact as a tick. */
static int64_t idle(void)
{
	FILE *stat = fopen("/proc/stat", "re");
	unsigned long long ticks;

	if (!stat || fscanf(stat, "cpu %*u %*u %*u %llu", &ticks) != 1)
		err(1, "/proc/stat");
	fclose(stat);
	return (int64_t)ticks * NS_PER_S / sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv)
{
	static const char command[] = "ls -l /etc >/dev/null; echo $?\n";
	unsigned long count, i;
	int64_t begun;
	pid_t pid;
	int fd;

	if (argc != 2)
		errx(2, "usage: shell COUNT");
	count = number(argv[1]);
	pid = forkpty(&fd, NULL, NULL, NULL);
	if (pid < 0)
		err(1, "terminal");
	if (pid == 0)
		become_shell();
	wait_for_prompt(fd);
	begun = now() - idle();
	for (i = 0; i < count; i++) {
		if (write(fd, command, strlen(command)) < 0)
			err(1, "terminal");
		wait_for_prompt(fd);
	}
	printf("%lld\n", (long long)(now() - idle() - begun));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
