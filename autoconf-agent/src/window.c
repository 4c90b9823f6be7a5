// SPDX-License-Identifier: GPL-2.0-or-later
#include "window.h"

int window_take(struct window *w, int64_t heard)
{
	size_t oldest = 0;

	if (w->count < WINDOW_SIZE) {
		w->heard[w->count] = heard;
		return (int)w->count++;
	}
	for (size_t i = 1; i < WINDOW_SIZE; i++)
		if (w->heard[i] < w->heard[oldest])
			oldest = i;
	if (w->heard[oldest] >= heard)
		return -1;
	w->heard[oldest] = heard;
	return (int)oldest;
}

size_t window_drop(struct window *w, size_t slot)
{
	size_t last = --w->count;

	w->heard[slot] = w->heard[last];
	return last;
}

/* The first n are drawn at random (Fisher and Yates). */
static void shuffle(size_t slots[], size_t count, size_t n,
		    uint32_t (*random)(void *userdata), void *userdata)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = i + random(userdata) % (count - i);
		size_t slot = slots[i];

		slots[i] = slots[j];
		slots[j] = slot;
	}
}

size_t window_pick(const struct window *w, int64_t since, size_t ret[],
		   size_t max, uint32_t (*random)(void *userdata),
		   void *userdata)
{
	size_t slots[WINDOW_SIZE], count = 0, drawn, picked = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->heard[i] >= since)
			slots[count++] = i;
	drawn = count < 2 * max ? count : 2 * max;
	shuffle(slots, count, drawn, random, userdata);
	/* As many pairs as there are too many. */
	for (size_t i = 0; i < drawn && picked < max; i++) {
		size_t slot = slots[i];

		if (drawn - i > max - picked) {
			i++;
			if (w->heard[slots[i]] > w->heard[slot])
				slot = slots[i];
		}
		ret[picked++] = slot;
	}
	return picked;
}
