// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * posix_spawn() of the shell with its output in a pipe, and of a program that does
 * not exist.
 */
#include <spawn.h>

#include "harness.h"

extern char **environ;

static void spawn_echo(int number)
{
	posix_spawn_file_actions_t actions;
	char script[64], text[64] = "", expected[32];
	char *argv[] = { (char *)"sh", (char *)"-c", script, NULL };
	int fds[2], status;
	pid_t pid;

	snprintf(script, sizeof(script), "echo number %d; exit 3", number);
	snprintf(expected, sizeof(expected), "number %d\n", number);
	CHECK_EQ(pipe2(fds, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	CHECK_EQ(posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ),
		 0);
	close(fds[1]);
	CHECK_EQ(read(fds[0], text, sizeof(text) - 1), strlen(expected));
	CHECK(strcmp(text, expected) == 0);
	close(fds[0]);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(WEXITSTATUS(status), 3);
	posix_spawn_file_actions_destroy(&actions);
}

int main(void)
{
	char *argv[] = { (char *)"nothing", NULL };
	pid_t pid;
	int i;

	ready();
	wait_moved();
	for (i = 0; i < FEW_ROUNDS / 4; i++)
		spawn_echo(i);
	CHECK_EQ(posix_spawn(&pid, "/nowhere/nothing", NULL, NULL, argv,
			     environ),
		 ENOENT);
	return pass();
}
