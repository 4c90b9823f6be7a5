// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arithmetic flags and the direction flag hold their values while the
 * process spins on instructions that do not touch them.
 */
#include "harness.h"

#define CF 0x001
#define PF 0x004
#define AF 0x010
#define ZF 0x040
#define SF 0x080
#define DF 0x400
#define OF 0x800
#define ALL (CF | PF | AF | ZF | SF | DF | OF)

uint64_t hold_flags(uint64_t flags, uint64_t spins);
asm(".text\n"
    "hold_flags:\n"
    "	mov %rsi, %rcx\n"
    "	push %rdi\n"
    "	popf\n"
    "1:	lea -1(%rcx), %rcx\n"
    "	jrcxz 2f\n"
    "	jmp 1b\n"
    "2:	pushf\n"
    "	pop %rax\n"
    "	cld\n"
    "	ret\n");

int main(void)
{
	static const uint64_t flags[] = { 0, CF, PF, AF, ZF, SF, DF, OF, ALL };
	const uint64_t always = 0x202; /* interrupts are on; bit 1 is one */
	unsigned int i = 0;

	ready();
	while (again(ROUNDS)) {
		uint64_t wanted = flags[i++ % COUNT(flags)];

		CHECK_EQ(hold_flags(wanted | always, SPIN) & ALL, wanted);
	}
	return pass();
}
