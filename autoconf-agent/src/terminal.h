/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands that fill a terminal have in common: signals as events, and the
 * agent that is followed.
 */
#ifndef TESSERA_TERMINAL_H
#define TESSERA_TERMINAL_H

#include <jansson.h>
#include <stdbool.h>

#include "tess_client.h"

/* From here on signals are read: the descriptor, or a negative errno. */
int terminal_signals(void);
/* One of them. 1: it asks to leave; 0: the size changed; -EAGAIN: none. */
int terminal_signal(int fd);

/* The agent, who tells of every change of the membership. */
struct follower {
	int fd;	   /* -1: not connected */
	bool asks; /* and has no answer yet */
	struct client_line line;
};

void follower_connect(struct follower *f);
void follower_disconnect(struct follower *f);
/* Loads change all the time, and are told only when asked for. One question at a
 * time: an agent that hangs must not fill the socket. */
void follower_ask(struct follower *f);
/* Reads once. 1: *ret is a new state, the caller's; 0: nothing yet; negative: it
 * is disconnected now. */
int follower_read(struct follower *f, json_t **ret);

#endif
