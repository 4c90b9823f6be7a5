/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tess top does to processes. A move takes as long as it takes: it is made
 * by a process of its own, which says what tess(1) says, while the picture
 * goes on.
 */
#ifndef TESSERA_TOP_ACT_H
#define TESSERA_TOP_ACT_H

#include <poll.h>

#include "top.h"

#define TOP_ACTS 8

struct top_act {
	pid_t worker; /* 0: free */
	int fd;	      /* what it says */
	size_t len;
	char text[TOP_MESSAGE];
};

struct top_acts {
	struct top_act acts[TOP_ACTS];
};

/* Begins, and tells by top_say() what is done at once. */
void top_act(struct top *top, struct top_acts *acts, const struct top_wish *w);
/* To be polled: one entry for each act, -1 where it is free. */
void top_act_poll(const struct top_acts *acts, struct pollfd ret[TOP_ACTS]);
/* Reads what was said; at its end it is told. True: one has ended. */
bool top_act_read(struct top *top, struct top_acts *acts,
		  const struct pollfd polled[TOP_ACTS]);
/* Those under way go on alone. */
void top_act_finish(struct top_acts *acts);

#endif
