/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 32-bit program without a library, that says "ready" and waits to be killed. */
	.section .note.GNU-stack, "", @progbits
	.text
	.globl _start
_start:
	movl	$4, %eax		/* write */
	movl	$1, %ebx
	movl	$text, %ecx
	movl	$6, %edx
	int	$0x80
again:
	movl	$29, %eax		/* pause */
	int	$0x80
	jmp	again

	.section .rodata
text:	.ascii	"ready\n"
