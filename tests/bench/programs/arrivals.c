// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arrivals PROGRAM MS:ARGUMENT…: the ordinary user starts a program at each of these
 * times, with this argument; for each, nanoseconds until it has ended well.
 */
#include <sys/wait.h>

#include "bench.h"

static int64_t *took; /* shared with those who wait */

/* One process for each, so that none waits for another. */
static void start_and_wait(int64_t at, char *const argv[], int64_t *ret_took)
{
	int64_t begun;
	int status;
	pid_t pid;

	rest(at - now());
	begun = now();
	pid = start_as_user(argv);
	if (waitpid(pid, &status, 0) < 0)
		err(1, "wait");
	if (status)
		errx(1, "one has ended with %#x", (unsigned int)status);
	*ret_took = now() - begun;
}

static void watch(char *program, char *when, int64_t begun, int64_t *ret_took)
{
	char *argument = strchr(when, ':');
	pid_t pid;

	if (!argument)
		errx(2, "'%s' is no MS:ARGUMENT", when);
	*argument++ = '\0';
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return;
	start_and_wait(begun + (int64_t)number(when) * NS_PER_MS,
		       (char *[]){ program, argument, NULL }, ret_took);
	exit(0);
}

int main(int argc, char **argv)
{
	int64_t begun = now();
	int i, status;

	if (argc < 3)
		errx(2, "usage: arrivals PROGRAM MS:ARGUMENT…");
	took = mmap(NULL, (size_t)argc * sizeof(*took), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (took == MAP_FAILED)
		err(1, "memory");
	for (i = 2; i < argc; i++)
		watch(argv[1], argv[i], begun, &took[i]);
	for (i = 2; i < argc; i++)
		if (wait(&status) < 0 || status)
			errx(1, "one has failed");
	for (i = 2; i < argc; i++)
		printf("%lld ", (long long)took[i]);
	puts("");
	return 0;
}
