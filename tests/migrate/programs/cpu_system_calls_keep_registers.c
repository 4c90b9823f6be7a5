// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A system call changes rax, rcx and r11 and no other register, wherever it is
 * executed: one that is answered on the spot, and one that needs the files.
 */
#include "harness.h"

uint64_t pattern[11];

uint64_t call_and_compare(uint64_t number, uint64_t argument);
asm(".text\n"
    "call_and_compare:\n"
    "	push %rbx\n	push %rbp\n	push %r12\n"
    "	push %r13\n	push %r14\n	push %r15\n"
    "	mov %rdi, %rax\n	mov %rsi, %rdi\n"
    "	mov pattern+0(%rip), %rbx\n	mov pattern+8(%rip), %rdx\n"
    "	mov pattern+16(%rip), %rsi\n	mov pattern+24(%rip), %rbp\n"
    "	mov pattern+32(%rip), %r8\n	mov pattern+40(%rip), %r9\n"
    "	mov pattern+48(%rip), %r10\n	mov pattern+56(%rip), %r12\n"
    "	mov pattern+64(%rip), %r13\n	mov pattern+72(%rip), %r14\n"
    "	mov pattern+80(%rip), %r15\n"
    "	syscall\n"
    "	xor %eax, %eax\n"
    "	cmp pattern+0(%rip), %rbx\n	jne 2f\n"
    "	cmp pattern+8(%rip), %rdx\n	jne 2f\n"
    "	cmp pattern+16(%rip), %rsi\n	jne 2f\n"
    "	cmp pattern+24(%rip), %rbp\n	jne 2f\n"
    "	cmp pattern+32(%rip), %r8\n	jne 2f\n"
    "	cmp pattern+40(%rip), %r9\n	jne 2f\n"
    "	cmp pattern+48(%rip), %r10\n	jne 2f\n"
    "	cmp pattern+56(%rip), %r12\n	jne 2f\n"
    "	cmp pattern+64(%rip), %r13\n	jne 2f\n"
    "	cmp pattern+72(%rip), %r14\n	jne 2f\n"
    "	cmp pattern+80(%rip), %r15\n	jne 2f\n"
    "	jmp 3f\n"
    "2:	inc %eax\n"
    "3:	pop %r15\n	pop %r14\n	pop %r13\n"
    "	pop %r12\n	pop %rbp\n	pop %rbx\n	ret\n");

int main(void)
{
	uint64_t seed = 1;

	ready();
	while (again(ROUNDS)) {
		fill(pattern, sizeof(pattern), seed++);
		CHECK_EQ(call_and_compare(SYS_sched_yield, 0), 0);
		CHECK_EQ(call_and_compare(SYS_getppid, 0), 0);
		CHECK_EQ(call_and_compare(SYS_close, 12345), 0);
	}
	return pass();
}
