/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that never was: its state as it travels, with nothing wrong in it
 * until somebody changes it. Its code is one page and obeys no law.
 */
#ifndef HOSTILE_IMAGE_H
#define HOSTILE_IMAGE_H

#include "wire.h"

#define CODE_AT 0x400000ULL
#define DATA_AT 0x600000ULL
#define DATA_SIZE (16 * PAGE)
#define STACK_AT 0x7fff00000000ULL
#define STACK_SIZE (16 * PAGE)
#define IMAGE_THREADS 16
#define IMAGE_VMAS 4
#define IMAGE_CHUNKS 3

/* What its threads do. */
enum program {
	PROGRAM_SPIN,	 /* computes */
	PROGRAM_CALL,	 /* asks home for getppid() all the time */
	PROGRAM_TOUCH,	 /* touches its data, page after page, and again */
	PROGRAM_RESTART, /* restart_syscall(), then as ECHO */
	PROGRAM_EXIT,	 /* exit(0) */
	PROGRAM_FAULT,	 /* touches what is not there */
	PROGRAM_ECHO,	 /* getpgid(what the call before said), getppid(), … */
	PROGRAM_USAGE,	 /* getrusage(), then as ECHO */
	PROGRAM_GATE,	 /* mkdir("/x") by int 0x80, then as ECHO */
	PROGRAMS
};

struct image {
	struct state_process process;
	struct state_vma vmas[IMAGE_VMAS];
	struct state_chunk chunks[IMAGE_CHUNKS];
	struct state_thread threads[IMAGE_THREADS];
	uint32_t xstate; /* bytes of each thread's */
	uint8_t *stream; /* as it travels */
	size_t length;
};

void image_make(struct image *image, const struct frame_hello *hello,
		int32_t tid, unsigned int threads, enum program program);
/* Writes the state behind one another; what was changed before is in it. */
void image_write(struct image *image);
void image_free(struct image *image);

/* The page of an address: its code, or NULL for one without content. */
const void *image_page(uint64_t address);

#endif
