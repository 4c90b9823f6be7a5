// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * debugger PID: attach to a process, stop it, say in which system call it is, and
 * let it go on when standard input ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(int fine, const char *what)
{
	if (fine)
		return;
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	pid_t pid = argc == 2 ? atoi(argv[1]) : 0;
	struct user_regs_struct regs;
	char byte;

	need(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0, "PTRACE_SEIZE");
	need(ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0, "PTRACE_INTERRUPT");
	need(waitpid(pid, NULL, __WALL) == pid, "waitpid");
	need(ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0, "PTRACE_GETREGS");
	printf("in call %lld\n", (long long)regs.orig_rax);
	fflush(stdout);
	while (read(0, &byte, 1) == 1)
		;
	need(ptrace(PTRACE_DETACH, pid, 0, 0) == 0, "PTRACE_DETACH");
	return 0;
}
