/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who moves a command that was just started, and keeps it where it belongs. The
 * command itself takes the place of tess, so that its PID, its terminal, signals
 * and exit status are what the shell expects; the keeper is a process beside it
 * that nobody waits for and that ends by itself.
 *
 * One move is not enough: exec(2) is done at home, and so is what the dynamic
 * linker does then. So while a command starts, it is sent there again.
 */
#ifndef TESSERA_KEEPER_H
#define TESSERA_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEEPER_START_MS 10000 /* so long a command may take to start */
#define KEEPER_FIRST_MS 20    /* until the first look, then twice that, … */
#define KEEPER_LAST_MS 1000   /* at most */

struct keeper {
	pid_t pid;
	unsigned int node;  /* 0: home */
	unsigned int level; /* of its rules */
	bool lock;	    /* and there it stays, for its whole life */
};

/* Starts one for the calling process, which is about to execute a command.
 * Returns a descriptor that tells it when this has happened: exec closes it. A
 * byte written to it tells that there will be no command. Or a negative errno.
 */
int keeper_start(const struct keeper *keeper);

enum keeper_does {
	KEEPER_LOOKS,  /* it is where it should be */
	KEEPER_SENDS,  /* there, again */
	KEEPER_LEAVES, /* the rest is not the keeper's */
};

/* What a look at /proc/PID/{where,lock} means; age: ms since the start. */
enum keeper_does keeper_decide(const struct keeper *keeper, int64_t where,
			       int64_t locked, int64_t age);

#endif
