// SPDX-License-Identifier: GPL-2.0-or-later
/* See image.h. */
#include "image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* Each program begins 64 bytes after the one before. */
__asm__(".pushsection .rodata\n"
	".balign 64\n"
	"programs:\n"
	"1:	pause\n" /* SPIN */
	"	jmp 1b\n"
	".balign 64\n"
	"1:	mov $110, %eax\n" /* CALL */
	"	syscall\n"
	"	jmp 1b\n"
	".balign 64\n"
	"1:	mov $0x600000, %rdi\n" /* TOUCH */
	"2:	incq (%rdi)\n"
	"	add $4096, %rdi\n"
	"	cmp $0x610000, %rdi\n"
	"	jb 2b\n"
	"	jmp 1b\n"
	".balign 64\n"
	"	mov $219, %eax\n" /* RESTART */
	"	syscall\n"
	"	jmp echo\n"
	".balign 64\n"
	"	mov $60, %eax\n" /* EXIT */
	"	xor %edi, %edi\n"
	"	syscall\n"
	"	hlt\n"
	".balign 64\n"
	"	mov $0x123000, %rdi\n" /* FAULT */
	"	incq (%rdi)\n"
	"	hlt\n"
	".balign 64\n"
	"1:	mov $110, %eax\n" /* ECHO */
	"	syscall\n"
	"echo:	mov %rax, %rdi\n"
	"	mov $121, %eax\n"
	"	syscall\n"
	"	jmp 1b\n"
	".balign 64\n"
	"	mov $98, %eax\n" /* USAGE */
	"	xor %edi, %edi\n"
	"	mov $0x600000, %rsi\n"
	"	syscall\n"
	"	jmp echo\n"
	".balign 64\n"
	"	mov $39, %eax\n" /* GATE */
	"	mov $0x600000, %ebx\n"
	"	movw $0x782f, (%rbx)\n"
	"	mov $0755, %ecx\n"
	"	int $0x80\n"
	"	jmp echo\n"
	".balign 64\n"
	"programs_end:\n"
	".popsection\n");

extern const uint8_t programs[], programs_end[];

static void add_thread(struct image *image, unsigned int i, int32_t tid,
		       enum program program)
{
	image->threads[i] = (struct state_thread){
		.index = i + 1,
		.tid = tid + i,
		.xstate = image->xstate,
		.regs = { .ip = CODE_AT + 64 * program,
			  .sp = STACK_AT + STACK_SIZE - 4096 * (i + 1) },
		.comm = "mallory",
	};
}

void image_make(struct image *image, const struct frame_hello *hello,
		int32_t tid, unsigned int threads, enum program program)
{
	const struct state_vma vmas[IMAGE_VMAS] = {
		{ .start = CODE_AT,
		  .end = CODE_AT + PAGE,
		  .flags = STATE_VMA_READ | STATE_VMA_EXEC },
		{ .start = DATA_AT,
		  .end = DATA_AT + DATA_SIZE,
		  .flags = STATE_VMA_READ | STATE_VMA_WRITE },
		{ .start = DATA_AT + DATA_SIZE,
		  .end = DATA_AT + 2 * DATA_SIZE,
		  .file = 1,
		  .flags = STATE_VMA_READ },
		{ .start = STACK_AT,
		  .end = STACK_AT + STACK_SIZE,
		  .flags = STATE_VMA_READ | STATE_VMA_WRITE },
	};
	/* Each begins where a page table does. */
	const uint64_t chunks[IMAGE_CHUNKS] = { CODE_AT, DATA_AT, STACK_AT };

	memset(image, 0, sizeof(*image));
	image->xstate = hello->xstate_size;
	memcpy(image->vmas, vmas, sizeof(vmas));
	image->process = (struct state_process){
		.threads = threads,
		.vmas = IMAGE_VMAS,
		.chunks = IMAGE_CHUNKS,
		.start_code = CODE_AT,
		.end_code = CODE_AT + PAGE,
		.start_data = DATA_AT,
		.end_data = DATA_AT + PAGE,
		.start_brk = DATA_AT + 4 * DATA_SIZE,
		.brk = DATA_AT + 4 * DATA_SIZE,
		.start_stack = STACK_AT + STACK_SIZE - 64,
		.mmap_base = STACK_AT - (1ULL << 30),
		.arg_start = STACK_AT,
		.arg_end = STACK_AT + 8,
		.env_start = STACK_AT + 8,
		.env_end = STACK_AT + 16,
	};
	for (unsigned int i = 0; i < STATE_LIMITS; i++)
		image->process.limits[i][0] = image->process.limits[i][1] =
			~0ULL;
	for (unsigned int i = 0; i < IMAGE_CHUNKS; i++) {
		image->chunks[i].address = chunks[i];
		memset(image->chunks[i].home, 0xff,
		       sizeof(image->chunks[i].home));
	}
	for (unsigned int i = 0; i < threads; i++)
		add_thread(image, i, tid, program);
}

static uint8_t *put(uint8_t *to, const void *data, size_t size)
{
	memcpy(to, data, size);
	return to + size;
}

void image_write(struct image *image)
{
	const struct state_process *process = &image->process;
	unsigned int threads = 0;
	uint8_t *to;

	while (threads < IMAGE_THREADS && image->threads[threads].index)
		threads++;
	free(image->stream);
	/* As much as there is, whatever it says of itself. */
	image->length = sizeof(*process) + sizeof(image->vmas) +
			sizeof(image->chunks) +
			threads * (sizeof(*image->threads) + image->xstate);
	to = image->stream = calloc(1, image->length);
	if (!to)
		die("no memory");
	to = put(to, process, sizeof(*process));
	to = put(to, image->vmas, sizeof(image->vmas));
	to = put(to, image->chunks, sizeof(image->chunks));
	for (unsigned int i = 0; i < threads; i++) {
		to = put(to, &image->threads[i], sizeof(image->threads[i]));
		to += image->xstate;
	}
}

void image_free(struct image *image)
{
	free(image->stream);
	image->stream = NULL;
}

const void *image_page(uint64_t address)
{
	static uint8_t page[PAGE];

	if (address != CODE_AT)
		return NULL;
	memcpy(page, programs, programs_end - programs);
	return page;
}
