/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long programs run, as those of the same name and user did before (Svensson:
 * History, an intelligent load sharing filter, ICDCS 1990). So the eighth compiler
 * of a build can leave when it is born, and no short command does. Pure.
 */
#ifndef TESSERA_HISTORY_H
#define TESSERA_HISTORY_H

#include <stdint.h>
#include <sys/types.h>

#define HISTORY_KINDS 128 /* the latest */
/* The least of so many is believed: one long run promises nothing. */
#define HISTORY_RUNS 3

struct history_kind {
	char comm[16];
	uid_t uid;
	uint64_t used;	   /* the clock, when it was last needed; 0: free */
	unsigned int runs; /* seen, up to HISTORY_RUNS */
	uint64_t cpu_ms[HISTORY_RUNS]; /* of the last ones, latest first */
};

struct history {
	struct history_kind kinds[HISTORY_KINDS];
	uint64_t clock;
};

/* One has ended, after so much CPU time. */
void history_ended(struct history *h, uid_t uid, const char *comm,
		   uint64_t cpu_ms);
/* CPU time that one uses in its life at least, ms; 0: not known. */
uint64_t history_usual(struct history *h, uid_t uid, const char *comm);

#endif
