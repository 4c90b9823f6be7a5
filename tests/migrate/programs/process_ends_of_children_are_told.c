// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIGCHLD tells which child has ended and how: by status, by a signal that it got
 * and by a fault; one whose parent ignores that needs no waiting.
 */
#include "harness.h"

static volatile pid_t ended;
static volatile int code, status;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	CHECK_EQ(signal, SIGCHLD);
	code = info->si_code;
	status = info->si_status;
	ended = info->si_pid;
}

static void leave(void *unused)
{
	(void)unused;
	_exit(42);
}

static void be_killed(void *unused)
{
	(void)unused;
	raise(SIGTERM);
}

static void fault(void *unused)
{
	char *volatile nothing = (char *)0x10;

	(void)unused;
	*nothing = 1;
}

static void expect(void (*body)(void *), int how, int what)
{
	sigset_t set, old;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	ended = 0;
	pid = child(body, NULL);
	while (ended != pid)
		sigsuspend(&old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (code == CLD_DUMPED)
		code = CLD_KILLED;
	CHECK_EQ(code, how);
	CHECK_EQ(status, what);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), pid);
}

int main(void)
{
	pid_t pid;

	handle(SIGCHLD, note, SA_RESTART);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 4)) {
		expect(leave, CLD_EXITED, 42);
		expect(be_killed, CLD_KILLED, SIGTERM);
		expect(fault, CLD_KILLED, SIGSEGV);
	}
	signal(SIGCHLD, SIG_IGN);
	pid = child(leave, NULL);
	CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
	return pass();
}
