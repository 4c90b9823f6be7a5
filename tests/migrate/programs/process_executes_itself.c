// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec() after the move, again and again: the same process with new memory, its
 * arguments, its environment and the descriptors that it should have.
 */
#include "harness.h"

#define LIVES 12

extern char **environ;

static void go_on(int life, int pipe_end, int closed)
{
	char words[5][24];
	char *argv[] = {
		words[0], words[1], words[2], words[3], words[4], NULL
	};

	snprintf(words[0], sizeof(words[0]), "again");
	snprintf(words[1], sizeof(words[1]), "%d", life);
	snprintf(words[2], sizeof(words[2]), "%d", getpid());
	snprintf(words[3], sizeof(words[3]), "%d", pipe_end);
	snprintf(words[4], sizeof(words[4]), "%d", closed);
	setenv("LIFE", words[1], 1);
	execve("/proc/self/exe", argv, environ);
	CHECK(!"executed");
}

static void live(char **argv)
{
	int life = atoi(argv[1]), pipe_end = atoi(argv[3]);
	char byte;

	CHECK_EQ(getpid(), atoi(argv[2]));
	CHECK(strcmp(getenv("LIFE"), argv[1]) == 0);
	CHECK(strcmp(argv[0], "again") == 0);
	CHECK_ERRNO(fcntl(atoi(argv[4]), F_GETFD), EBADF);
	CHECK_EQ(read(pipe_end, &byte, 1), 1);
	CHECK_EQ(byte, 'a' + life);
	CHECK(blocked(SIGUSR1)); /* a mask is inherited, a handler not */
	compute(20 * SPIN);
	if (life < LIVES)
		go_on(life + 1, pipe_end,
		      open("/dev/null", O_RDONLY | O_CLOEXEC));
}

int main(int argc, char **argv)
{
	int fds[2];

	if (argc > 1) {
		live(argv);
		return pass();
	}
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(write(fds[1], "abcdefghijklmnopqrst", 20), 20);
	block(SIGUSR1, true);
	ready();
	wait_moved();
	go_on(0, fds[0], open("/dev/null", O_RDONLY | O_CLOEXEC));
}
