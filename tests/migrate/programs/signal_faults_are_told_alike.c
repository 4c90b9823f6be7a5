// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Synchronous faults come with the right code and address, in the registers, too,
 * and a handler may leave by siglongjmp().
 */
#include <setjmp.h>

#include "harness.h"

static sigjmp_buf back;
static volatile siginfo_t seen;
static volatile greg_t fault_address, fault_number;

static void leave(int signal, siginfo_t *info, void *context)
{
	const greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;

	fault_address = registers[REG_CR2];
	fault_number = registers[REG_TRAPNO];
	seen = *info;
	siglongjmp(back, signal);
}

static void divide(void)
{
	asm volatile("xor %%edx, %%edx\n mov $1, %%eax\n xor %%ecx, %%ecx\n"
		     "div %%ecx" ::
			     : "eax", "ecx", "edx", "cc");
}

static void do_nonsense(void)
{
	asm volatile("ud2");
}

static void hit_breakpoint(void)
{
	asm volatile("int3");
}

static void *bad_address;

static void touch(void)
{
	*(volatile char *)bad_address = 1;
}

static void expect(void (*action)(void), int number, int signal, int code)
{
	int got = sigsetjmp(back, 1);

	if (got == 0) {
		action();
		CHECK(!"a fault");
	}
	CHECK_EQ(got, signal);
	CHECK_EQ(fault_number, number);
	CHECK_EQ(seen.si_signo, signal);
	CHECK_EQ(seen.si_code, code);
	CHECK(!blocked(signal));
}

int main(void)
{
	char *none =
		mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	handle(SIGFPE, leave, 0);
	handle(SIGILL, leave, 0);
	handle(SIGTRAP, leave, 0);
	handle(SIGSEGV, leave, 0);
	ready();
	wait_moved();
	while (again(ROUNDS)) {
		expect(divide, 0, SIGFPE, FPE_INTDIV);
		expect(do_nonsense, 6, SIGILL, ILL_ILLOPN);
		expect(hit_breakpoint, 3, SIGTRAP, SI_KERNEL);
		bad_address = none + 100;
		expect(touch, 14, SIGSEGV, SEGV_ACCERR);
		CHECK(seen.si_addr == bad_address);
		CHECK_EQ(fault_address, (uintptr_t)bad_address);
		bad_address = (void *)0x10;
		expect(touch, 14, SIGSEGV, SEGV_MAPERR);
		CHECK(seen.si_addr == bad_address);
		CHECK_EQ(fault_address, (uintptr_t)bad_address);
	}
	return pass();
}
