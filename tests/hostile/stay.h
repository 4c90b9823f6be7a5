/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of the victim's stays with us, its host: what a host has to say for
 * that, step by step, so that any step can be a wrong one.
 */
#ifndef HOSTILE_STAY_H
#define HOSTILE_STAY_H

#include "image.h"

/* Where prey.c has a page that can be written and run, for programs of ours. */
#define PREY_CODE 0x10000000ULL
#define STREAM_MAX (1u << 20)

struct stay {
	struct wire *wire;
	uint32_t group;
	uint8_t stream[STREAM_MAX]; /* the state as it came */
	size_t length;
	struct state_process *process; /* in it */
	struct state_vma *vmas;
	struct state_chunk *chunks;
	uint32_t threads; /* as it came, whatever process says by now */
	size_t thread_at[TESSERA_THREADS_MAX];
	bool deaf; /* pages are not acknowledged */
	unsigned int request;
};

struct call {
	uint32_t nr;
	uint64_t args[6];
	uint32_t pointers;
	const void *in; /* goes to the arena's beginning */
	uint32_t in_length;
	uint32_t out_length; /* comes back from behind TESSERA_ARENA_IN */
};

/* The next process that is offered; in order, up to where it runs here. */
bool stay_take(struct stay *stay, struct wire *wire);
/* Thread i of its state. */
struct state_thread *stay_thread(struct stay *stay, unsigned int i);

/* A call at home: its value, and what came back; -4096: no answer. */
int64_t stay_call(struct stay *stay, unsigned int thread,
		  const struct call *call, void *out);
/* Go home with the state as it is in stream. */
bool stay_return(struct stay *stay);
bool stay_say(struct stay *stay, unsigned int type);
bool stay_exit(struct stay *stay, uint32_t code);
/* A page at PREY_CODE with our programs, on its way home. */
bool stay_plant_code(struct stay *stay);
/* One frame that came. */
void stay_answer(struct stay *stay);

#endif
