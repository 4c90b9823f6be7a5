/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user wants for a command and for all that it starts. tess run writes
 * it into the command's environment, where its children inherit it, and the
 * balancer reads it from /proc/PID/environ:
 *
 *	TESSERA_RULES=on=1,3,5-9 cpu level=v2
 *
 *	home		it stays at its home
 *	stay		it stays where it was put
 *	on=LIST		the only nodes it may go to; home is always allowed
 *	not-on=LIST	nodes it may not go to, of those of on= or of all
 *	cpu, io		it computes, or waits for files and devices, most of
 *			the time, whatever its past looks like
 *	level=vN	it uses no instructions above x86-64-vN
 *
 * Words are separated by blanks; those that are not known are left out, so
 * that an older balancer understands a newer tess. A process reads its own
 * environment at its start: read it while it is at home, for the pages of one
 * that is away are not there.
 */
#ifndef TESSERA_RULES_H
#define TESSERA_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RULES_VARIABLE "TESSERA_RULES"
#define RULES_TEXT 1024 /* the longest value, with its NUL */
#define RULES_RANGES 32
#define RULES_LEVELS 4

enum rules_kind {
	RULES_KIND_UNKNOWN = 0,
	RULES_KIND_CPU = 1,
	RULES_KIND_IO = 2,
};

struct rules_range {
	uint16_t first, last; /* numbers of nodes, both included */
};

struct rules {
	bool home, stay;
	enum rules_kind kind;
	unsigned int level; /* 1 to RULES_LEVELS; 0: all that the CPU has */
	size_t n_ranges;    /* 0: all nodes */
	size_t n_denied;
	struct rules_range ranges[RULES_RANGES];
	struct rules_range denied[RULES_RANGES];
};

/* Whether it may go there. */
bool rules_allow(const struct rules *rules, uint16_t node);
/* Whether there are nodes that are not allowed by their number. */
bool rules_choose(const struct rules *rules);

/* Why the balancer leaves a process with them at home: words, or NULL. */
const char *rules_keep_home(const struct rules *rules);

/* Adds "7" or "5-9" to the nodes that are allowed, or to those that are not.
 * -EINVAL: it is neither; -E2BIG: too many. */
int rules_add_range(struct rules *rules, const char *text);
int rules_deny_range(struct rules *rules, const char *text);
/* "v3", or "x86-64-v3" as compilers say it. */
int rules_level_parse(unsigned int *ret, const char *text);

/* The variable's value. -EINVAL: what belongs to a word makes no sense. */
int rules_parse(struct rules *ret, const char *value);
/* The same backwards. -E2BIG: longer than RULES_TEXT. */
int rules_format(char ret[RULES_TEXT], const struct rules *rules);
/* Looks for the variable in /proc/PID/environ, entries that end with a NUL
 * each, the last one perhaps cut. -ENOENT: it is not there. */
int rules_find(struct rules *ret, const char *entries, size_t len);

/* Those of a process: to be asked once, while it is at home. -ENOENT: it has
 * none; -EAGAIN: it is about to become another program; or another negative
 * errno, -EACCES for a process of somebody else. */
int rules_read(struct rules *ret, pid_t pid);

/* What was given goes over what was inherited. placed: where it runs is given
 * anew, even if that is nowhere in particular. */
void rules_override(struct rules *rules, const struct rules *given,
		    bool placed);

/* What GLIBC_TUNABLES has to hold for a level, so that glibc uses nothing
 * above it: neither in its own functions nor in the libraries it chooses. */
const char *rules_tunable(unsigned int level);

#endif
