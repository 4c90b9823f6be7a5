// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The 128 bytes below the stack pointer belong to a leaf function, whatever
 * happens to the process.
 */
#include "harness.h"

uint64_t hold_red_zone(uint64_t value, uint64_t spins);
asm(".text\n"
    "hold_red_zone:\n"
    "	mov $-128, %rcx\n"
    "1:	mov %rdi, (%rsp,%rcx)\n"
    "	add %rcx, (%rsp,%rcx)\n"
    "	add $8, %rcx\n"
    "	jnz 1b\n"
    "2:	dec %rsi\n"
    "	jnz 2b\n"
    "	xor %eax, %eax\n"
    "	mov $-128, %rcx\n"
    "3:	mov (%rsp,%rcx), %rdx\n"
    "	sub %rcx, %rdx\n"
    "	sub %rdi, %rdx\n"
    "	or %rdx, %rax\n"
    "	add $8, %rcx\n"
    "	jnz 3b\n"
    "	ret\n");

int main(void)
{
	uint64_t value = 0x0123456789abcdef;

	ready();
	while (again(ROUNDS))
		CHECK_EQ(hold_red_zone(value++, 4 * SPIN), 0);
	return pass();
}
