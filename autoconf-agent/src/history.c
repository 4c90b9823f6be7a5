// SPDX-License-Identifier: GPL-2.0-or-later
#include "history.h"

#include <stdio.h>
#include <string.h>

static struct history_kind *find(struct history *h, uid_t uid, const char *comm)
{
	for (size_t i = 0; i < HISTORY_KINDS; i++) {
		struct history_kind *kind = &h->kinds[i];

		if (kind->used && kind->uid == uid &&
		    !strncmp(kind->comm, comm, sizeof(kind->comm) - 1))
			return kind;
	}
	return NULL;
}

static struct history_kind *oldest(struct history *h)
{
	struct history_kind *ret = &h->kinds[0];

	for (size_t i = 1; i < HISTORY_KINDS; i++)
		if (h->kinds[i].used < ret->used)
			ret = &h->kinds[i];
	return ret;
}

static struct history_kind *find_or_add(struct history *h, uid_t uid,
					const char *comm)
{
	struct history_kind *kind = find(h, uid, comm);

	if (!kind) {
		kind = oldest(h);
		*kind = (struct history_kind){ .uid = uid };
		snprintf(kind->comm, sizeof(kind->comm), "%.15s", comm);
	}
	kind->used = ++h->clock;
	return kind;
}

void history_ended(struct history *h, uid_t uid, const char *comm,
		   uint64_t cpu_ms)
{
	struct history_kind *kind = find_or_add(h, uid, comm);

	memmove(&kind->cpu_ms[1], &kind->cpu_ms[0],
		sizeof(kind->cpu_ms) - sizeof(kind->cpu_ms[0]));
	kind->cpu_ms[0] = cpu_ms;
	if (kind->runs < HISTORY_RUNS)
		kind->runs++;
	kind->since++;
}

static bool crawls(const struct history_kind *kind)
{
	unsigned int times = kind->crawls;

	if (!times)
		return false;
	if (times > HISTORY_AGAIN_TIMES)
		times = HISTORY_AGAIN_TIMES;
	return kind->since < (unsigned int)HISTORY_AGAIN << (times - 1);
}

void history_away(struct history *h, uid_t uid, const char *comm, bool crawled)
{
	struct history_kind *kind = find_or_add(h, uid, comm);

	if (crawled) {
		/* Those that left together crawl together. */
		if (!kind->crawls || kind->since)
			kind->crawls++;
		kind->since = 0;
	} else if (!crawls(kind)) {
		kind->crawls = 0;
	}
}

bool history_crawled(struct history *h, uid_t uid, const char *comm)
{
	struct history_kind *kind = find(h, uid, comm);

	if (!kind)
		return false;
	kind->used = ++h->clock;
	return crawls(kind);
}

uint64_t history_usual(struct history *h, uid_t uid, const char *comm)
{
	struct history_kind *kind = find(h, uid, comm);
	uint64_t least;

	if (!kind || kind->runs < HISTORY_RUNS)
		return 0;
	kind->used = ++h->clock;
	least = kind->cpu_ms[0];
	for (size_t i = 1; i < HISTORY_RUNS; i++)
		if (kind->cpu_ms[i] < least)
			least = kind->cpu_ms[i];
	return least;
}
