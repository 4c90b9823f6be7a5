// SPDX-License-Identifier: GPL-2.0-or-later
#include "guests.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "proc.h"

#define DECAY_MS 5000 /* as load.c's */
/* Until then it wants no less than when it came: it waits for its pages more than
 * it computes. */
#define NEW_MS 10000

static const struct guest *find(const struct guests *g, const struct guest *who)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->list[i].pid == who->pid && g->list[i].home == who->home)
			return &g->list[i];
	return NULL;
}

int guests_update(struct guests *g, int64_t now, const struct guest *list,
		  size_t count)
{
	int64_t passed = now - g->last, decay = DECAY_MS;
	struct guest *all = NULL;
	uint64_t used_ms = 0;

	if (count > GUESTS_MAX)
		count = GUESTS_MAX;
	if (count) {
		all = calloc(count, sizeof(*all));
		if (!all)
			return -ENOMEM;
	}
	if (g->decay > 0)
		decay = g->decay;
	for (size_t i = 0; i < count; i++) {
		const struct guest *old = find(g, &list[i]);
		int64_t sample = (int64_t)list[i].threads * 1000000;
		int64_t at_first = sample < 1000000 ? 1000000 : sample;

		all[i] = list[i];
		all[i].since = old ? old->since : now;
		all[i].hungry = old ? old->hungry : at_first;
		if (passed > 0 &&
		    (sample > all[i].hungry || now - all[i].since >= NEW_MS))
			all[i].hungry += (sample - all[i].hungry) * passed /
					 (decay + passed);
		/* What a new one used, it may have used at home. */
		if (old && old->cpu_ms && list[i].cpu_ms > old->cpu_ms)
			used_ms += list[i].cpu_ms - old->cpu_ms;
	}
	free(g->list);
	g->list = all;
	g->count = count;
	g->last = now;
	g->used = passed > 0 ? (uint32_t)((int64_t)used_ms * 100 / passed) : 0;
	return 0;
}

struct guests_measure guests_sum(const struct guests *g)
{
	struct guests_measure sum = { .count = (uint16_t)g->count,
				      .used = g->used };
	int64_t load = 0;

	for (size_t i = 0; i < g->count; i++) {
		load += g->list[i].hungry / 10000;
		sum.running += g->list[i].threads;
	}
	sum.load = load > UINT16_MAX ? UINT16_MAX : (uint16_t)load;
	return sum;
}

static void look_at(struct guest *guest)
{
	struct proc_stat stat;

	if (proc_stat_read(&stat, guest->pid) < 0)
		return;
	guest->threads = proc_runnable(guest->pid, &stat);
	guest->cpu_ms = stat.ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Who is here now; the list is made with the first of them. */
struct reading {
	struct guest *list;
	size_t count;
};

static void read_one(const struct proc_guest *guest, void *userdata)
{
	struct reading *r = userdata;
	struct guest *to;

	if (!r->list)
		r->list = calloc(GUESTS_MAX, sizeof(*r->list));
	if (!r->list || r->count == GUESTS_MAX)
		return;
	to = &r->list[r->count++];
	*to = (struct guest){ .pid = guest->pid,
			      .home = (uint16_t)guest->node };
	look_at(to);
}

struct guests_measure guests_measure(struct guests *g, int64_t now)
{
	struct reading r = { 0 };

	proc_guests(read_one, &r);
	/* Without memory the last view stays. */
	(void)guests_update(g, now, r.list, r.count);
	free(r.list);
	return guests_sum(g);
}

void guests_free(struct guests *g)
{
	free(g->list);
	*g = (struct guests){ 0 };
}
