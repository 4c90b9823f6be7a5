// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest attack NODE	go there and try to reach what is on that node
 * guest calls STEP [NODE]	go there, make each system call, and print what it
 *			says; without a node, the same at home, to compare
 * guest sit NODE	go there, let everybody look at it, and sit still
 *
 * An ordinary user's program. It goes to the node by itself, and again each time
 * that a call has brought it home.
 */
#include "guest.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT 500 /* descriptors that nobody guesses */
#define PLACE 501
#define AWAY_WITHIN 60

int node;

long call6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

long gate(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
}

void say(const char *format, ...)
{
	char text[500];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (call(SYS_write, OUTPUT, text, n) != n)
		_exit(3);
}

static int where(void)
{
	char text[16] = "";
	long n = call(SYS_pread64, PLACE, text, sizeof(text) - 1, 0);

	if (n <= 0) {
		say("no /proc/self/where: %ld\n", n);
		_exit(3);
	}
	return atoi(text);
}

static void ask_to_go(void)
{
	long fd = call(SYS_open, "/proc/self/goto", O_WRONLY);
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", node);

	call(SYS_write, fd, text, n);
	call(SYS_close, fd);
}

void go_away(void)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	time_t end = time(NULL) + AWAY_WITHIN;

	if (!node)
		return;
	for (unsigned int i = 0; where() != node; i++) {
		char why[80] = "";
		long fd;

		if (i % 50 == 0)
			ask_to_go();
		if (time(NULL) > end) {
			fd = call(SYS_open, "/proc/self/cantmove", O_RDONLY);
			call(SYS_read, fd, why, sizeof(why) - 1);
			say("cannot go to node %d: %s\n", node, why);
			_exit(3);
		}
		nanosleep(&pause, NULL);
	}
}

static void __attribute__((noreturn)) sit(void)
{
	static char secret[] = "what only the guest knows";

	/* Whoever has its user may look at it now, it says. */
	prctl(PR_SET_DUMPABLE, 1);
	say("sitting with %p\n", (void *)secret);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	bool calls = strcmp(what, "calls") == 0;

	if (dup2(STDOUT_FILENO, OUTPUT) < 0 ||
	    dup2(open("/proc/self/where", O_RDONLY), PLACE) < 0 ||
	    (calls && argc < 3))
		return 3;
	node = argc > 2 + calls ? atoi(argv[2 + calls]) : 0;
	go_away();
	if (strcmp(what, "attack") == 0)
		return try_attacks();
	if (calls)
		return try_all_calls(atoi(argv[2]));
	if (strcmp(what, "sit") == 0)
		sit();
	say("usage: guest attack|calls STEP|sit NODE\n");
	return 2;
}
