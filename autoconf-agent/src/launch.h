/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting a command under rules, for tess run and mosrun.
 */
#ifndef TESSERA_LAUNCH_H
#define TESSERA_LAUNCH_H

#include <jansson.h>
#include <stdbool.h>

#include "rules.h"

/* As env(1) and the shell have them. */
#define LAUNCH_NOT_EXECUTABLE 126
#define LAUNCH_NOT_FOUND 127

struct launch {
	struct rules rules;   /* those of the caller go on beneath them */
	bool placed;	      /* but not where it runs */
	unsigned int node;    /* where it starts; 0: here */
	bool anywhere;	      /* here, where the node cannot be had */
	char *const *command; /* its name and arguments */
	const char *file;     /* what is executed; NULL: command[0] */
};

/* The command takes the place of this process. Returns only what was told, as
 * an exit status, if it does not. */
int launch(const struct launch *launch);
/* Whether processes that are at home leave it by themselves: by the agent's status,
 * or NULL without an agent. */
bool launch_balances(const json_t *status);

#endif
