/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long programs run, and how they do away from home, as those of the same name and
 * user did before (Svensson: History, an intelligent load sharing filter, ICDCS 1990).
 * So the eighth step of a build can leave when it is born, no short command does, and
 * neither does what would only wait for its files. Pure.
 */
#ifndef TESSERA_HISTORY_H
#define TESSERA_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HISTORY_KINDS 128 /* the latest */
/* The least of so many is believed: one long run promises nothing. */
#define HISTORY_RUNS 3

/* Those of a kind that crawled leave young again when so many have ended; twice as many
 * each time. */
#define HISTORY_AGAIN 16
#define HISTORY_AGAIN_TIMES 6

struct history_kind {
	char comm[16];
	uid_t uid;
	uint64_t used;	     /* the clock, when it was last needed; 0: free */
	unsigned int runs;   /* seen, up to HISTORY_RUNS */
	unsigned int crawls; /* of them that did, away, in a row */
	unsigned int since;  /* that ended since then */
	uint64_t cpu_ms[HISTORY_RUNS]; /* of the last ones, latest first */
};

struct history {
	struct history_kind kinds[HISTORY_KINDS];
	uint64_t clock;
};

/* One has ended, after so much CPU time. */
void history_ended(struct history *h, uid_t uid, const char *comm,
		   uint64_t cpu_ms);
/* One was away, and mostly waited for its home, or not. Who does well while none leaves young tells
 * nothing of those. */
void history_away(struct history *h, uid_t uid, const char *comm, bool crawled);
/* Whether a young one would crawl. */
bool history_crawled(struct history *h, uid_t uid, const char *comm);
/* CPU time that one uses in its life at least, ms; 0: not known. */
uint64_t history_usual(struct history *h, uid_t uid, const char *comm);

#endif
