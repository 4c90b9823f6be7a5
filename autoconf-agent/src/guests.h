/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of other nodes that are here: how many, and how much CPU they
 * want.
 */
#ifndef TESSERA_GUESTS_H
#define TESSERA_GUESTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GUESTS_MAX 1024 /* more are not looked at */

struct guest {
	pid_t pid;
	uint16_t home;
	int64_t since;	  /* ms of the caller's clock */
	int64_t hungry;	  /* its runnable threads, smoothed, millionths */
	uint32_t threads; /* runnable in the last measure */
	uint64_t cpu_ms;  /* CPU time so far, at home too; 0: not known */
};

struct guests {
	struct guest *list;
	size_t count;
	int64_t last;  /* measure, ms */
	int64_t decay; /* ms of the past that count; 0: as many as usual */
	uint32_t used; /* by all since the one before, CPUs, hundredths */
};

struct guests_measure {
	uint16_t count;	  /* guests */
	uint32_t running; /* of their threads, right now */
	uint16_t load;	  /* the same smoothed over ~5 s, hundredths */
	uint32_t used;	  /* CPUs since the last measure, hundredths */
};

/* Who is here now, in any order, with home, threads and cpu_ms set: keeps what
 * is known of those that were here before. Pure; list is copied. -ENOMEM. */
int guests_update(struct guests *g, int64_t now, const struct guest *list,
		  size_t count);
/* A new guest counts as one that wants a CPU: it would not have come else, and
 * others must see at once that it is there. */
struct guests_measure guests_sum(const struct guests *g);
/* Reads /proc and does both; to be called about once a second. */
struct guests_measure guests_measure(struct guests *g, int64_t now);
void guests_free(struct guests *g);

#endif
