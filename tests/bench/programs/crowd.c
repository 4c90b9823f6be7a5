// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crowd COUNT PROGRAM…: the ordinary user starts so many of a program at once;
 * nanoseconds until all have ended well.
 * crowd again COUNT PROGRAM…: one after the other.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "bench.h"

static pid_t start(char **argv)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
		err(1, "/dev/null");
	become_user();
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

static void wait_for_one(void)
{
	int status;

	if (wait(&status) < 0)
		err(1, "wait");
	if (status)
		errx(1, "one has ended with %#x", (unsigned int)status);
}

int main(int argc, char **argv)
{
	unsigned long count, i;
	bool again = argc > 1 && strcmp(argv[1], "again") == 0;
	int64_t begun;

	argv += again;
	argc -= again;
	if (argc < 3)
		errx(2, "usage: crowd [again] COUNT PROGRAM…");
	count = number(argv[1]);
	begun = now();
	for (i = 0; i < count; i++) {
		start(argv + 2);
		if (again)
			wait_for_one();
	}
	for (i = again ? count : 0; i < count; i++)
		wait_for_one();
	printf("%lld\n", (long long)(now() - begun));
	return 0;
}
