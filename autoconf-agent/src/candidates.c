// SPDX-License-Identifier: GPL-2.0-or-later
#include "candidates.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "rights.h"

#define SMOOTH_MS 3000	       /* what it wants; a burst is no wish to move */
#define ONE_LOOK_MS 2000       /* what one look tells of at most, before it */
#define KERNEL_THREAD 0x200000 /* PF_KTHREAD of stat's flags */
#define IDLE_USED 10	       /* hundredths of a CPU: it sleeps, away */
#define CALLS 50	       /* a second; fewer cost nobody much */
#define USHERED_WANTS 2	       /* the least to be seen at all, hundredths */

/* --- pure --- */

bool candidate_is_none(const struct candidate_look *look)
{
	const struct proc_stat *s = &look->stat;

	if (s->flags & KERNEL_THREAD || s->state == 'Z')
		return true;
	if (look->uid < CANDIDATES_USER || look->uid == CANDIDATES_NOBODY)
		return true;
	if (look->uid - CANDIDATES_GUESTS < CANDIDATES_HOMES)
		return true;
	/* The shell of a terminal: what it starts may go. */
	return s->tty && s->session == look->pid;
}

static uint32_t smooth(uint32_t value, uint32_t sample, int64_t passed)
{
	int64_t away = (int64_t)sample - value;
	int64_t step = away * passed / (SMOOTH_MS + passed);

	/* The last steps are too small for whole numbers. */
	if (!step)
		step = (away > 0) - (away < 0);
	return (uint32_t)(value + step);
}

static void first_look(struct candidate *c, const struct candidate_look *look)
{
	c->start = look->stat.start;
	c->wants = look->runnable * 100;
	c->wants_home = c->wants;
	c->at = look->at;
}

/* Its place changed, and not by the balancer. */
static void went_itself(struct candidate *c, int64_t now, uint16_t at)
{
	c->came_home = c->ours && !at;
	if (now - c->moved[0] > CANDIDATES_AGAIN_MAX_MS)
		c->refusals = 0;
	candidate_moved(c, now, at, 1);
	c->ours = false;
	if (c->came_home)
		candidate_refused(c, now);
}

/* Who mostly sleeps does not crawl for the few calls that he makes. */
static void count_calls(struct candidate *c, int64_t passed, int64_t tick_ms,
			uint64_t calls)
{
	uint64_t used_ms = (c->recent ? c->recent : 1) * (uint64_t)tick_ms;

	c->recent_calls = c->recent_calls * 3 / 4 + calls;
	if (calls * 1000 / (uint64_t)passed >= CALLS)
		c->calls = (uint32_t)(c->recent_calls * 1000 / used_ms);
	if (c->calls >= BALANCE_CRAWL_KIND)
		c->away = CANDIDATE_AWAY_CRAWLED;
	else if (c->away == CANDIDATE_AWAY_UNKNOWN)
		c->away = CANDIDATE_AWAY_WELL;
}

static void count_time(struct candidate *c, int64_t now, int64_t tick_ms,
		       const struct candidate_look *look)
{
	int64_t passed = now - c->looked;
	uint64_t ticks = look->stat.ticks - c->ticks, system;
	uint32_t wants = look->runnable * 100;

	if (passed <= 0)
		return;
	if (look->stat.ticks < c->ticks)
		ticks = 0;
	system = look->stat.system_ticks > c->system_ticks ?
			 look->stat.system_ticks - c->system_ticks :
			 0;
	c->used = smooth(c->used,
			 (uint32_t)((int64_t)ticks * tick_ms * 100 / passed),
			 passed);
	c->recent = c->recent * 3 / 4 + (uint32_t)ticks;
	c->recent_system = c->recent_system * 3 / 4 + (uint32_t)system;
	/* Away it is not seen what it wants, but whether it computes. */
	if (c->at)
		wants = c->used >= IDLE_USED ? c->wants_home : c->used;
	else
		c->wants_home = c->wants;
	/* After a pause, too, it takes two looks to be hungry. */
	c->wants = smooth(c->wants, wants,
			  passed < ONE_LOOK_MS ? passed : ONE_LOOK_MS);
	c->calls = 0;
	/* None are read of who has just ended. */
	if (c->at && c->switches && look->switches >= c->switches)
		count_calls(c, passed, tick_ms, look->switches - c->switches);
}

static uint32_t mib_of(const struct candidate_look *look)
{
	return (uint32_t)(look->stat.pages * look->page_size >> 20);
}

void candidate_see(struct candidate *c, int64_t now, int64_t tick_ms,
		   const struct candidate_look *look)
{
	const struct proc_stat *s = &look->stat;

	/* Another program has another environment. */
	if (strncmp(c->comm, s->comm, sizeof(c->comm) - 1) != 0)
		c->ruled = false;
	snprintf(c->comm, sizeof(c->comm), "%.15s", s->comm);
	c->uid = look->uid;
	c->gid = look->gid;
	c->came_home = false;
	if (!c->looked) {
		first_look(c, look);
	} else {
		if (look->at != c->at && !c->ordered)
			went_itself(c, now, look->at);
		count_time(c, now, tick_ms, look);
	}
	c->looked = now;
	c->ticks = s->ticks;
	c->system_ticks = s->system_ticks;
	c->switches = look->switches;
	c->runnable = c->at ? 0 : look->runnable;
	c->locked = look->locked;
	/* Away its pages are elsewhere. */
	if (!c->at)
		c->mem_mib = mib_of(look);
}

void candidate_moved(struct candidate *c, int64_t now, uint16_t to, int legs)
{
	for (int i = 0; i < legs; i++) {
		memmove(&c->moved[1], &c->moved[0],
			sizeof(c->moved) - sizeof(c->moved[0]));
		c->moved[0] = now;
	}
	c->at = to;
	c->ours = to != 0;
	c->there_mib = 0;
	c->came = to != 0;
	c->switches = 0;
	c->calls = 0;
	/* What it used before is no measure of what it asks there. */
	c->recent = c->recent_system = 0;
	c->recent_calls = 0;
	if (to)
		c->away = CANDIDATE_AWAY_UNKNOWN;
}

void candidate_host(struct candidate *c, const struct balance_node *host)
{
	if (!c->came || host->number != c->at)
		return;
	c->came = false;
	if (host->mem_mib > host->free_mib)
		c->there_mib = host->mem_mib - host->free_mib;
}

void candidate_ruled(struct candidate *c, const struct rules *rules, int found)
{
	c->ruled = found != -EAGAIN; /* until then it stays */
	c->secret = found < 0 && found != -ENOENT;
	c->rules = found < 0 ? (struct rules){ 0 } : *rules;
}

/* Those that are for the time at home. */
static bool rules_keep(const struct candidate *c)
{
	return c->secret || rules_keep_home(&c->rules);
}

void candidate_refused(struct candidate *c, int64_t now)
{
	int64_t wait = CANDIDATES_AGAIN_MS;

	for (unsigned int i = 0; i < c->refusals; i++)
		if (wait < CANDIDATES_AGAIN_MAX_MS)
			wait *= 2;
	if (wait > CANDIDATES_AGAIN_MAX_MS)
		wait = CANDIDATES_AGAIN_MAX_MS;
	c->refusals++;
	c->refuses = now + wait;
}

bool candidate_process(const struct candidate *c, int64_t now, bool sleepers,
		       struct balance_process *ret)
{
	if (c->refuses > now || c->locked || !c->looked)
		return false;
	if (!c->at && rules_keep(c))
		return false;
	if (!c->at && c->wants < USHERED_WANTS &&
	    !(sleepers && c->mem_mib >= BALANCE_USHER_MIB))
		return false;
	*ret = (struct balance_process){
		.at = c->at,
		.wants = c->wants,
		.mem_mib = c->mem_mib,
		.there_mib = c->there_mib,
		.in_kernel = c->recent ? (uint16_t)(c->recent_system * 1000ul /
						    c->recent) :
					 0,
		.calls = c->calls,
		.pinned = c->at && !c->ours,
	};
	if (ret->in_kernel > 1000)
		ret->in_kernel = 1000;
	if (c->rules.kind == RULES_KIND_CPU) {
		ret->in_kernel = 0;
		ret->calls = 0;
	}
	if (rules_choose(&c->rules))
		ret->rules = &c->rules;
	ret->level = c->rules.level;
	memcpy(ret->moved, c->moved, sizeof(ret->moved));
	return true;
}

bool candidate_is_due(const struct candidate *c, int64_t now)
{
	int64_t wait = 0;

	/* Of the short-lived it should be known how long they live. */
	if (c->at && now - c->moved[0] >= CANDIDATES_A_WHILE_MS)
		wait = CANDIDATES_AWAY_MS;
	else if (!c->at && !c->runnable && c->wants < USHERED_WANTS)
		wait = CANDIDATES_ASLEEP_MS;
	return !c->looked || now - c->looked >= wait;
}

/* --- with /proc --- */

/* As its user: the environment is nobody else's to read. */
static void ask_rules(struct candidate *c)
{
	struct rules rules = { 0 };
	int r = rights_take(c->uid, c->gid);

	if (r == 0) {
		r = rules_read(&rules, c->pid);
		rights_return();
	}
	candidate_ruled(c, &rules, r);
}

bool candidate_still_goes(struct candidate *c, uint16_t to)
{
	unsigned int level = c->rules.level;

	c->locked = proc_locked(c->pid);
	if (c->locked)
		return false;
	if (c->at)
		return true; /* its pages are there */
	ask_rules(c);
	return !rules_keep(c) && c->rules.level == level &&
	       rules_allow(&c->rules, to);
}

/* False: it is none. */
static bool look_at(struct candidate *c, int64_t now, int64_t tick_ms,
		    bool sleepers)
{
	struct candidate_look look = {
		.pid = c->pid, .page_size = (uint32_t)sysconf(_SC_PAGESIZE)
	};
	int64_t number;
	struct stat st;
	char path[64];
	bool could;

	snprintf(path, sizeof(path), "%s/%d", proc_root, c->pid);
	if (stat(path, &st) < 0 || proc_stat_read(&look.stat, c->pid) < 0)
		return true; /* it has just ended */
	look.uid = st.st_uid;
	look.gid = st.st_gid;
	if (c->looked && look.stat.start != c->start)
		*c = (struct candidate){ .pid = c->pid };
	if (candidate_is_none(&look))
		return false;
	look.runnable = proc_runnable(c->pid, &look.stat);
	if (proc_read_number(&number, "%d/where", c->pid) == 0)
		look.at = (uint16_t)number;
	could = look.runnable ||
		(sleepers && mib_of(&look) >= BALANCE_USHER_MIB);
	/* Who could go; of those away it is asked when one is to come. */
	if (c->locked || (!look.at && (could || c->wants >= USHERED_WANTS)))
		look.locked = proc_locked(c->pid);
	if (look.at)
		look.switches = proc_switches(c->pid);
	candidate_see(c, now, tick_ms, &look);
	if (c->came_home)
		agent_log(LOG_INFO,
			  "process %d (%s) is home by itself, or brought",
			  c->pid, c->comm);
	/* Its pages are here only while it is. */
	if (!c->ruled && !c->at && could)
		ask_rules(c);
	return true;
}

/* Of entries that begin with one. */
static int compare_pids(const void *a, const void *b)
{
	const pid_t *p = a, *q = b;

	return (*p > *q) - (*p < *q);
}

static const struct candidate *known(const struct candidates *all, pid_t pid)
{
	if (!all->count)
		return NULL;
	return bsearch(&pid, all->list, all->count, sizeof(*all->list),
		       compare_pids);
}

static const struct bystander *known_none(const struct candidates *all,
					  pid_t pid)
{
	if (!all->n_none)
		return NULL;
	return bsearch(&pid, all->none, all->n_none, sizeof(*all->none),
		       compare_pids);
}

struct candidate *candidates_find(const struct candidates *all, pid_t pid,
				  uint64_t start)
{
	struct candidate *c = (struct candidate *)known(all, pid);

	return c && c->start == start ? c : NULL;
}

/* Those of the list before this one that are in it no more. */
static void note_ended(struct candidates *all, const struct candidate *list,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct candidate *c = &list[i];

		if (!c->looked || candidates_find(all, c->pid, c->start))
			continue;
		if (c->away == CANDIDATE_AWAY_WELL)
			history_away(&all->history, c->uid, c->comm, false);
		history_ended(&all->history, c->uid, c->comm,
			      c->ticks * (uint64_t)all->tick_ms);
	}
}

/* The list with room for one more, or NULL: then it is as it was. */
static void *grown(void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 256;

	if (count < *room)
		return list;
	list = reallocarray(list, more, size);
	if (list)
		*room = more;
	return list;
}

static int add(struct candidates *all, const struct candidate *c)
{
	struct candidate *list =
		grown(all->list, all->count, &all->room, sizeof(*list));

	if (!list)
		return -ENOMEM;
	all->list = list;
	list[all->count++] = *c;
	return 0;
}

static int add_none(struct candidates *all, pid_t pid, int64_t until)
{
	struct bystander *none;

	if (all->n_none == CANDIDATES_NONE)
		return 0;
	none = grown(all->none, all->n_none, &all->none_room, sizeof(*none));
	if (!none)
		return -ENOMEM;
	all->none = none;
	none[all->n_none++] = (struct bystander){ pid, until };
	return 0;
}

static int look_at_one(const struct candidates *all, struct candidates *next,
		       int64_t now, pid_t pid)
{
	const struct bystander *none = known_none(all, pid);
	const struct candidate *old;
	struct candidate c = { .pid = pid };

	if (none && none->until > now)
		return add_none(next, pid, none->until);
	old = known(all, pid);
	if (old && !next->sleepers && !candidate_is_due(old, now))
		return add(next, old);
	if (old)
		c = *old;
	if (!look_at(&c, now, next->tick_ms, next->sleepers))
		return add_none(next, pid, now + CANDIDATES_SKIP_MS);
	if (c.away == CANDIDATE_AWAY_CRAWLED && (!old || old->away != c.away))
		history_away(&next->history, c.uid, c.comm, true);
	return add(next, &c);
}

/* /proc lists them in this order; so it costs nothing. */
static void sort(struct candidates *all)
{
	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), compare_pids);
	if (all->n_none)
		qsort(all->none, all->n_none, sizeof(*all->none), compare_pids);
}

int candidates_look(struct candidates *all, int64_t now, bool sleepers)
{
	struct candidates next = *all;
	DIR *dir = opendir(proc_root);
	struct dirent *entry;
	pid_t pid;
	int r = 0;

	if (!dir)
		return -errno;
	next.list = NULL;
	next.none = NULL;
	next.count = next.room = next.n_none = next.none_room = 0;
	next.sleepers = sleepers;
	if (!next.tick_ms)
		next.tick_ms = 1000 / sysconf(_SC_CLK_TCK);
	while (r == 0 && next.count < CANDIDATES_TRACKED &&
	       (entry = readdir(dir)))
		if (proc_pid_parse(&pid, entry->d_name) == 0)
			r = look_at_one(all, &next, now, pid);
	closedir(dir);
	if (r < 0) {
		free(next.list);
		free(next.none);
		return r;
	}
	sort(&next);
	/* In a table that is full who is missing need not have ended. */
	if (next.count < CANDIDATES_TRACKED)
		note_ended(&next, all->list, all->count);
	free(all->list);
	free(all->none);
	*all = next;
	return 0;
}

/* Whom the decision should rather see. */
static bool comes_before(const struct candidates *all,
			 const struct balance_process *p,
			 const struct balance_process *q)
{
	if (all->sleepers && p->mem_mib != q->mem_mib)
		return p->mem_mib > q->mem_mib;
	if (p->wants != q->wants)
		return p->wants > q->wants;
	return p->cpu_ms > q->cpu_ms;
}

/* Those of the decision that are at home, or away. */
struct part {
	struct balance_process *list;
	size_t *index;
	size_t count, most;
};

static void put(const struct candidates *all, struct part *part,
		const struct balance_process *p, size_t i)
{
	size_t place = part->count;

	if (part->count < part->most)
		part->count++;
	else if (!place || !comes_before(all, p, &part->list[--place]))
		return;
	for (; place && comes_before(all, p, &part->list[place - 1]); place--) {
		part->list[place] = part->list[place - 1];
		part->index[place] = part->index[place - 1];
	}
	part->list[place] = *p;
	part->index[place] = i;
}

static void count_places(const struct candidates *all, int64_t now,
			 size_t *ret_home, size_t *ret_away)
{
	size_t n[2] = { 0 };
	struct balance_process p;

	for (size_t i = 0; i < all->count; i++)
		if (candidate_process(&all->list[i], now, all->sleepers, &p))
			n[p.at != 0]++;
	*ret_home = n[0];
	*ret_away = n[1];
}

size_t candidates_processes(struct candidates *all, int64_t now,
			    struct balance_process ret[BALANCE_PROCESSES],
			    size_t index[BALANCE_PROCESSES])
{
	struct part home = { ret, index, 0, 0 }, away;
	size_t n_home, n_away, seen = 0, n;

	count_places(all, now, &n_home, &n_away);
	away.most = balance_places_away(n_home, n_away);
	away.count = 0;
	home.most = BALANCE_PROCESSES - away.most;
	if (home.most > n_home)
		home.most = n_home;
	away.list = ret + home.most;
	away.index = index + home.most;
	for (size_t i = 0; i < all->count; i++) {
		const struct candidate *c = &all->list[i];
		struct balance_process p;

		if (!candidate_process(c, now, all->sleepers, &p))
			continue;
		p.cpu_ms = c->ticks * (uint64_t)all->tick_ms;
		if (!p.at)
			put(all, &home, &p, i);
		else if ((seen++ + all->turn) % n_away < away.most)
			put(all, &away, &p, i);
	}
	if (n_away > away.most)
		all->turn = (all->turn + away.most) % n_away;
	n = home.count + away.count;
	for (size_t i = 0; i < n; i++) {
		const struct candidate *c = &all->list[index[i]];

		ret[i].usual_ms = history_usual(&all->history, c->uid, c->comm);
		ret[i].crawls = history_crawled(&all->history, c->uid, c->comm);
	}
	return n;
}

void candidates_free(struct candidates *all)
{
	free(all->list);
	free(all->none);
	*all = (struct candidates){ 0 };
}
