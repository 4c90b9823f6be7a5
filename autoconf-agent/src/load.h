/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How busy this node is: run queue, CPU use and memory from /proc, and a speed
 * index measured once.
 */
#ifndef TESSERA_LOAD_H
#define TESSERA_LOAD_H

#include "guests.h"
#include "node.h"

struct load;

/* load_new() opens /proc's files; root is "" or, for tests, a directory. */
int load_new(struct load **ret, const char *root);
void load_free(struct load *load);
/* So many ms of the past count in the load; 0: as many as usual. */
void load_set_decay(struct load *load, int64_t ms);
/* Reads the files once; to be called about once a second with the ms clock.
 * guests: what guests_measure() found at the same time, or NULL for none. */
int load_measure(struct load *load, int64_t now,
		 const struct guests_measure *guests, struct node_load *ret);
/* Processes that are no guests and wanted a CPU in the last measure. */
uint32_t load_running(const struct load *load);
/* The speed of one CPU: a fixed mix of integer work over at most ~50 ms of CPU
 * time, 1000 = one core of the reference machine (documented in speed.c). Kept
 * until the machine stops; again: the better of what is known and of now. */
uint32_t load_speed(bool again);
/* Pure parsers, unit-tested and fuzzed. -EINVAL on anything unexpected. */
int load_parse_stat(const char *text, size_t len, uint64_t *ret_busy,
		    uint64_t *ret_total, uint32_t *ret_running);
int load_parse_meminfo(const char *text, size_t len, uint64_t *ret_total_kib,
		       uint64_t *ret_available_kib);
/* Of /proc/pressure/memory: somebody waited for it, per mille of ~10 s. */
int load_parse_pressure(const char *text, size_t len, uint16_t *ret);

#endif
