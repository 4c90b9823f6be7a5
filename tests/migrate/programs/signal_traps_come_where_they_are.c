// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a program does to itself, here a trap, has its handler run at once, at the
 * instruction that did it, and as often, also when it is moved right then.
 */
#include <ucontext.h>

#include "harness.h"

void trap(void);
extern const char trapped[];

__asm__(".text\n"
	".globl trap, trapped\n"
	"trap:\n"
	"	int3\n"
	"trapped:\n"
	"	ret\n");

static volatile unsigned int count;

static void note(int signal, siginfo_t *info, void *context)
{
	const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signal;
	CHECK_EQ(info->si_code, SI_KERNEL);
	CHECK_EQ(regs[REG_RIP], (greg_t)trapped);
	count++;
}

int main(void)
{
	unsigned int i, done = 0;

	handle(SIGTRAP, note, 0);
	ready();
	while (again(ROUNDS)) {
		for (i = 0; i < 200; i++) {
			trap();
			CHECK_EQ(count, ++done);
		}
	}
	return pass();
}
