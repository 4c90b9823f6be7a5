/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window of the freshest load entries (Amar, Barak, Drezner, Okun: Randomized
 * gossip algorithms for maintaining a distributed bulletin board with guaranteed
 * age properties): in a large cluster nobody can know everything in time, so each
 * node tells on what it heard last, and knows a fresh sample of the others. Plain
 * data: what is in a slot is the owner's.
 */
#ifndef TESSERA_WINDOW_H
#define TESSERA_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#define WINDOW_SIZE 256
/* What is older is not told on, ms. */
#define WINDOW_TELL_MS 2000

struct window {
	size_t count;
	int64_t heard[WINDOW_SIZE]; /* when it was measured, ms */
};

/* A slot for something measured then: a free one, or that of the oldest if it is
 * older still, whose owner loses it; -1: all are younger. */
int window_take(struct window *w, int64_t heard);
/* Frees a slot by moving the last one there. Returns where that was: the owner
 * moves its data too. */
size_t window_drop(struct window *w, size_t slot);
/* Up to max random slots of what was measured since then; of random pairs the
 * fresher. Returns how many. */
size_t window_pick(const struct window *w, int64_t since, size_t ret[],
		   size_t max, uint32_t (*random)(void *userdata),
		   void *userdata);

#endif
