// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All integer registers but the stack pointer hold their values while the
 * process computes in user mode.
 */
#include "harness.h"

uint64_t pattern[15], spins;

/* Returns 0 if no register has changed. */
uint64_t hold_registers(void);
asm(".text\n"
    "hold_registers:\n"
    "	push %rbx\n	push %rbp\n	push %r12\n"
    "	push %r13\n	push %r14\n	push %r15\n"
    "	mov pattern+0(%rip), %rax\n	mov pattern+8(%rip), %rbx\n"
    "	mov pattern+16(%rip), %rcx\n	mov pattern+24(%rip), %rdx\n"
    "	mov pattern+32(%rip), %rsi\n	mov pattern+40(%rip), %rdi\n"
    "	mov pattern+48(%rip), %rbp\n	mov pattern+56(%rip), %r8\n"
    "	mov pattern+64(%rip), %r9\n	mov pattern+72(%rip), %r10\n"
    "	mov pattern+80(%rip), %r11\n	mov pattern+88(%rip), %r12\n"
    "	mov pattern+96(%rip), %r13\n	mov pattern+104(%rip), %r14\n"
    "	mov pattern+112(%rip), %r15\n"
    "1:	decq spins(%rip)\n	jnz 1b\n"
    "	cmp pattern+0(%rip), %rax\n	jne 2f\n"
    "	cmp pattern+8(%rip), %rbx\n	jne 2f\n"
    "	cmp pattern+16(%rip), %rcx\n	jne 2f\n"
    "	cmp pattern+24(%rip), %rdx\n	jne 2f\n"
    "	cmp pattern+32(%rip), %rsi\n	jne 2f\n"
    "	cmp pattern+40(%rip), %rdi\n	jne 2f\n"
    "	cmp pattern+48(%rip), %rbp\n	jne 2f\n"
    "	cmp pattern+56(%rip), %r8\n	jne 2f\n"
    "	cmp pattern+64(%rip), %r9\n	jne 2f\n"
    "	cmp pattern+72(%rip), %r10\n	jne 2f\n"
    "	cmp pattern+80(%rip), %r11\n	jne 2f\n"
    "	cmp pattern+88(%rip), %r12\n	jne 2f\n"
    "	cmp pattern+96(%rip), %r13\n	jne 2f\n"
    "	cmp pattern+104(%rip), %r14\n	jne 2f\n"
    "	cmp pattern+112(%rip), %r15\n	jne 2f\n"
    "	xor %eax, %eax\n	jmp 3f\n"
    "2:	mov $1, %eax\n"
    "3:	pop %r15\n	pop %r14\n	pop %r13\n"
    "	pop %r12\n	pop %rbp\n	pop %rbx\n	ret\n");

int main(void)
{
	uint64_t seed = 1;

	ready();
	while (again(ROUNDS)) {
		fill(pattern, sizeof(pattern), seed++);
		spins = 4 * SPIN;
		CHECK_EQ(hold_registers(), 0);
	}
	return pass();
}
