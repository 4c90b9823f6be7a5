// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A handler with SA_ONSTACK runs on the alternate stack, the others do not.
 */
#include "harness.h"

static char *area;
static volatile bool was_on_it;

static void note_stack(int signal, siginfo_t *info, void *context)
{
	char here;
	stack_t stack;

	(void)signal, (void)info, (void)context;
	was_on_it = &here > area && &here < area + SIGSTKSZ;
	CHECK_EQ(sigaltstack(NULL, &stack), 0);
	CHECK_EQ(!!(stack.ss_flags & SS_ONSTACK), was_on_it);
}

int main(void)
{
	stack_t stack, is;

	area = malloc(SIGSTKSZ);
	stack = (stack_t){ .ss_sp = area, .ss_size = SIGSTKSZ };
	CHECK_EQ(sigaltstack(&stack, NULL), 0);
	handle(SIGUSR1, note_stack, SA_ONSTACK);
	handle(SIGUSR2, note_stack, 0);
	ready();
	wait_moved();
	while (again(ROUNDS)) {
		CHECK_EQ(raise(SIGUSR1), 0);
		CHECK(was_on_it);
		CHECK_EQ(raise(SIGUSR2), 0);
		CHECK(!was_on_it);
		CHECK_EQ(sigaltstack(NULL, &is), 0);
		CHECK(is.ss_sp == area && is.ss_size == stack.ss_size);
	}
	return pass();
}
