// SPDX-License-Identifier: GPL-2.0-or-later
#include "paths.h"

#include <string.h>

#define TRY_MS 2000	 /* for a handshake */
#define TRY_FAST_MS 1000 /* for the answer to a probe */
#define ROUNDS_MAX 3	 /* each round through all takes twice as long */

static bool same(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
	return a->sin6_port == b->sin6_port &&
	       a->sin6_scope_id == b->sin6_scope_id &&
	       IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr);
}

int paths_find(const struct paths *p, const struct sockaddr_in6 *endpoint)
{
	for (size_t i = 0; i < p->count; i++)
		if (same(&p->list[i].endpoint, endpoint))
			return (int)i;
	return -1;
}

/* Makes room; the one in use stays, and the one that worked. */
static void forget_one(struct paths *p)
{
	size_t victim = p->count;

	for (size_t i = 0; i < p->count; i++) {
		if (i == p->current || i == p->home)
			continue;
		if (!p->list[i].link) {
			victim = i;
			break;
		}
		if (victim == p->count)
			victim = i;
	}
	memmove(&p->list[victim], &p->list[victim + 1],
		(p->count - victim - 1) * sizeof(*p->list));
	p->count--;
	p->current -= p->current > victim;
	p->home -= p->home > victim;
}

bool paths_add(struct paths *p, const struct sockaddr_in6 *endpoint,
	       uint32_t link)
{
	int known = paths_find(p, endpoint);

	if (known >= 0) {
		if (link)
			p->list[known].link = link;
		return false;
	}
	if (p->count == PATHS_MAX)
		forget_one(p);
	p->list[p->count++] =
		(struct path){ .endpoint = *endpoint, .link = link };
	p->rounds = 0; /* it gets its turn soon */
	return true;
}

void paths_use(struct paths *p, size_t index, int64_t now)
{
	p->current = index;
	p->switched = now;
	p->list[index].tried = true;
}

/* Higher is better. */
static int rank(const struct paths *p, const struct path *path)
{
	if (!path->link)
		return 0;
	return path->link == p->list[p->current].link ? 1 : 2;
}

static int best_untried(const struct paths *p, bool hearsay)
{
	int best = -1;

	for (size_t i = 0; i < p->count; i++) {
		const struct path *path = &p->list[i];

		if (!path->link && i != p->home && !hearsay)
			continue;
		if (!path->tried &&
		    (best < 0 || rank(p, path) > rank(p, &p->list[best])))
			best = (int)i;
	}
	return best;
}

static void forget_tries(struct paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		p->list[i].tried = i == p->current;
}

int paths_next(struct paths *p, int64_t now, bool fast, bool hearsay)
{
	int64_t patience = (fast ? TRY_FAST_MS : TRY_MS) << p->rounds;
	int next;

	if (!p->trying) {
		p->trying = true;
		p->home = p->current;
		forget_tries(p);
		/* A new node's first path gets its time, too. */
		if (fast)
			return best_untried(p, hearsay);
	}
	if (p->count < 2 || now - p->switched < patience)
		return -1;
	next = best_untried(p, hearsay);
	if (next >= 0)
		return next;
	forget_tries(p);
	next = best_untried(p, hearsay);
	if (next >= 0 && p->rounds < ROUNDS_MAX)
		p->rounds++;
	return next;
}

void paths_answered(struct paths *p)
{
	p->trying = false;
	p->rounds = 0;
}
