/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link as a hostile node speaks it: frames over a TCP connection, true or
 * not, and the numbers that chance is made of.
 */
#ifndef HOSTILE_WIRE_H
#define HOSTILE_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "state.h"

#define LINK_PORT 7871
#define PAGE 4096
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What happened, for the report. */
struct tally {
	unsigned long connections, frames, bytes;
	unsigned long got[TESSERA_FRAME_TYPES];
};

extern struct tally tally;

struct wire {
	int fd; /* -1: closed, by us or by the victim */
	struct frame_hello hello;
	struct tessera_frame frame; /* the last one received, and */
	uint8_t body[TESSERA_FRAME_MAX];
};

/* Chance that can be repeated: the same seed, the same numbers. */
void chance_seed(uint64_t seed);
uint64_t chance(void);
uint64_t below(uint64_t bound);
bool one_in(unsigned int n);
/* A number as bugs like them: small, huge, near a power of two or a limit. */
uint64_t odd_number(void);
void fill_random(void *to, size_t size);

int64_t now_ms(void);
/* Prints the message with errno and ends the program. */
void die(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/*
 * A connection to the victim, or one that came from it. It says hello as its
 * peer does: both run the same kernel. False: no hello came.
 */
bool wire_dial(struct wire *wire, const struct in6_addr *to);
bool wire_greet(struct wire *wire, int fd);
void wire_close(struct wire *wire);

/* All of these close the wire when the victim has. */
bool wire_send(struct wire *wire, unsigned int type, uint32_t channel,
	       uint32_t request, const void *data, size_t length);
/* Bytes as they are. */
bool wire_raw(struct wire *wire, const void *data, size_t length);
/* The next frame: 1; 0: none came in time; -1: closed. */
int wire_receive(struct wire *wire, int within_ms);
/* Takes frames until one of this type comes. */
bool wire_wait(struct wire *wire, unsigned int type, int within_ms);
/* Takes frames until the victim closes, or says nothing for so long. */
void wire_drain(struct wire *wire, int silent_ms);

static inline uint32_t group_channel(uint32_t group)
{
	return tessera_channel_id(group, 0);
}

#endif
