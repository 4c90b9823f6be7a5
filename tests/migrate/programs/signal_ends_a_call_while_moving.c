// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A signal that comes while the process is being moved ends the call that it was
 * taken out of, as if it had not been moved: the handler runs, and then there is
 * EINTR. A timer's signals come faster than moves are made.
 */
#include <sys/epoll.h>
#include <sys/time.h>
#include <ucontext.h>

#include "harness.h"

#define EVERY_US 7000
/* Between two instructions a signal may come to anybody, if hardly ever. */
#define BY_CHANCE 2

long call_of(long nr, long a, long b, long c, long d);
extern const char call_is_next[];

__asm__(".text\n"
	".globl call_of, call_is_next\n"
	"call_of:\n"
	"	mov	%rdi, %rax\n"
	"	mov	%rsi, %rdi\n"
	"	mov	%rdx, %rsi\n"
	"	mov	%rcx, %rdx\n"
	"	mov	%r8, %r10\n"
	"call_is_next:\n"
	"	syscall\n"
	"	ret\n");

static volatile sig_atomic_t issued_again;

static void note(int signal, siginfo_t *info, void *context)
{
	const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signal, (void)info;
	if (regs[REG_RIP] == (greg_t)call_is_next)
		issued_again++;
}

int main(void)
{
	const struct itimerval every = { { 0, EVERY_US }, { 0, EVERY_US } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	const struct timespec long_time = { .tv_sec = 1000 };
	struct epoll_event event;
	unsigned int i, done = 0;
	int fds[2], set;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	set = epoll_create1(0);
	CHECK(set >= 0);
	handle(SIGALRM, note, 0);
	CHECK_EQ(setitimer(ITIMER_REAL, &every, NULL), 0);
	ready();
	while (again(FEW_ROUNDS)) {
		const long calls[][5] = {
			{ SYS_pause },
			{ SYS_read, fds[0], (long)&byte, 1 },
			{ SYS_epoll_wait, set, (long)&event, 1, -1 },
			{ SYS_nanosleep, (long)&long_time, 0 },
			{ SYS_poll, 0, 0, -1 },
		};

		for (i = 0; i < COUNT(calls); i++, done++)
			CHECK_EQ(call_of(calls[i][0], calls[i][1], calls[i][2],
					 calls[i][3], calls[i][4]),
				 -EINTR);
	}
	CHECK_EQ(setitimer(ITIMER_REAL, &never, NULL), 0);
	printf("%u calls, %d issued again\n", done, (int)issued_again);
	CHECK(issued_again <= BY_CHANCE);
	return pass();
}
