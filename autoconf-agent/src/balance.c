// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decision. A place is judged by its opportunity cost: the cost of a node is
 * base^(its CPU load / the largest) + base^(the share of its memory in use), and a
 * process belongs where it adds least (Amir, Awerbuch, Barak, Borgstrom, Keren: An
 * opportunity cost approach for job assignment in a scalable computing cluster).
 * Two things are other than there. A node with more or faster CPUs counts as so
 * many nodes of one: else the slow ones are left idle. And memory is cheap as long
 * as there is plenty: else one node with a high load makes all CPUs look cheaper
 * than the least bit of memory.
 * Whether it goes there is asked separately: it and those who wait beside it must
 * win time by that, for what it is expected to live on (Harchol-Balter, Downey:
 * Exploiting process lifetime distributions for dynamic load balancing).
 */
#include "balance.h"

#include <math.h>

/* A view and what is computed from it once. */
struct market {
	const struct balance_view *view;
	double base;
	double largest; /* relative load of any node, a power of two */
};

/* A process and a place for it. */
struct offer {
	size_t process;
	const struct balance_node *to; /* the view's self: home */
	double cost;
	int64_t gain; /* ms */
};

static double at_least(double value, double least)
{
	return value < least ? least : value;
}

static double at_most(double value, double most)
{
	return value > most ? most : value;
}

static uint32_t load_of(const struct balance_node *n)
{
	return n->load + n->sent_load;
}

static int64_t free_of(const struct balance_node *n)
{
	return (int64_t)n->free_mib - n->sent_mib;
}

/* --- CPU --- */

static double cpus_of(const struct balance_node *n)
{
	return n->cpus ? n->cpus : 1;
}

static double speed_of(const struct balance_node *n)
{
	return (n->speed ? n->speed : 1000) / 1000.0;
}

/* The load for each unit of speed that the node has, with so much more. */
static double relative(const struct balance_node *n, double more)
{
	return (load_of(n) / 100.0 + more) / (cpus_of(n) * speed_of(n));
}

/* Entries are of different times: nobody gets nothing, or more than a CPU. */
static double share(double cpus, double wanted)
{
	return at_most(at_least(cpus / at_least(wanted, 0.01), 0.01), 1);
}

/* How fast a thread runs on a node on which `more` CPUs more are wanted, by guests
 * or not, than its entry says; 1: all of a CPU of the reference machine. */
static double thread_speed(const struct balance_node *n, bool guest,
			   double more)
{
	double cpus = cpus_of(n);
	double guests = (n->guest_load + n->sent_load) / 100.0;
	double own = at_least((double)n->load - n->guest_load, 0) / 100.0;
	double theirs;

	if (guest)
		guests += more;
	else
		own += more;
	if (guests + own <= cpus)
		return speed_of(n);
	theirs = at_least(cpus - own,
			  cpus * n->guest_share / (100.0 + n->guest_share));
	theirs = at_most(theirs, guests);
	return speed_of(n) *
	       (guest ? share(theirs, guests) : share(cpus - theirs, own));
}

/* --- opportunity cost --- */

static double memory_used(const struct balance_node *n, double more)
{
	if (!n->mem_mib)
		return 0;
	return at_most(at_least((double)(n->mem_mib - free_of(n)) + more, 0) /
			       n->mem_mib,
		       1.5);
}

static double node_cost(const struct market *m, const struct balance_node *n,
			double load, double mib)
{
	return cpus_of(n) * speed_of(n) *
		       pow(m->base, relative(n, load) / m->largest) +
	       pow(m->base, 1 - BALANCE_STEEP * (1 - memory_used(n, mib)));
}

/* What the node costs more with the process than without. */
static double marginal(const struct market *m, const struct balance_node *n,
		       const struct balance_process *p, bool there)
{
	double load = p->wants / 100.0, mib = p->mem_mib;

	if (there)
		return node_cost(m, n, 0, 0) - node_cost(m, n, -load, -mib);
	return node_cost(m, n, load, mib) - node_cost(m, n, 0, 0);
}

static void market_open(struct market *m, const struct balance_view *view)
{
	double most = relative(&view->self, 0);

	m->view = view;
	m->base = at_most(at_least((double)view->n_nodes + 1, BALANCE_BASE_MIN),
			  BALANCE_BASE_MAX);
	for (size_t i = 0; i < view->n_nodes; i++)
		most = at_least(most, relative(&view->nodes[i], 0));
	for (m->largest = 1; m->largest < most; m->largest *= 2)
		;
}

/* --- processes --- */

static size_t moves_lately(const struct balance_view *v,
			   const struct balance_process *p)
{
	size_t n = 0;

	while (n < BALANCE_MOVES && p->moved[n] &&
	       v->now - p->moved[n] < BALANCE_MINUTE_MS)
		n++;
	return n;
}

/* A move from one node to another goes by home and counts twice. Who goes to a node
 * must be able to leave it again. */
static bool may_move(const struct balance_view *v,
		     const struct balance_process *p, uint16_t to)
{
	size_t cost = (p->at && to ? 2 : 1) + (to != 0);

	return p->at != to && moves_lately(v, p) + cost <= BALANCE_MOVES;
}

static bool settled(const struct balance_view *v,
		    const struct balance_process *p)
{
	size_t n = moves_lately(v, p);

	return n == 0 || v->now - p->moved[0] >= (int64_t)n * BALANCE_STAY_MS;
}

static const struct balance_node *find(const struct balance_view *v,
				       uint16_t number)
{
	if (!number)
		return &v->self;
	for (size_t i = 0; i < v->n_nodes; i++)
		if (v->nodes[i].number == number)
			return &v->nodes[i];
	return NULL;
}

static bool fresh(const struct balance_node *n)
{
	return n->age <= BALANCE_FRESH_MS;
}

/* It may have grown since it left, and nobody tells: at most by all that is in use
 * there now and was not when it came. Where that is not known it has an equal part
 * with the other guests. */
static int64_t size_of(const struct balance_view *v,
		       const struct balance_process *p)
{
	const struct balance_node *at = find(v, p->at);
	int64_t grown;

	if (!p->at || !at || !at->guests)
		return p->mem_mib;
	grown = (int64_t)at->mem_mib - at->free_mib;
	if (p->there_mib)
		grown -= p->there_mib;
	else
		grown /= at->guests;
	return grown > p->mem_mib ? grown : p->mem_mib;
}

static bool runs_there(const struct balance_node *n,
		       const struct balance_process *p)
{
	unsigned int level = p->level ? p->level : BALANCE_ANY_LEVEL;

	return !n->lacks || level < n->lacks;
}

/* A host that p could have: whether there is room is asked elsewhere. */
static bool could_have(const struct balance_node *n,
		       const struct balance_process *p)
{
	return n->room && !n->avoid && runs_there(n, p) &&
	       (!p->rules || rules_allow(p->rules, n->number));
}

static bool takes(const struct balance_node *n, const struct balance_process *p,
		  int64_t mib)
{
	return fresh(n) && could_have(n, p) && !n->leave &&
	       n->room > n->sent_load / 100 &&
	       n->pressure < BALANCE_PRESSURE_THERE &&
	       free_of(n) - mib >= 2 * balance_reserve(n);
}

static bool fits_home(const struct balance_view *v,
		      const struct balance_process *p)
{
	return !balance_is_short(&v->self) &&
	       v->self.free_mib - size_of(v, p) >=
		       2 * balance_reserve(&v->self);
}

/* Not well, but nothing is thrown out or killed for it. */
static bool squeezes_in(const struct balance_view *v,
			const struct balance_process *p)
{
	return v->self.free_mib - size_of(v, p) >= balance_reserve(&v->self);
}

/* --- does it pay? --- */

/* ms of CPU time, of the reference machine, that each of its threads still needs. */
static double work_left(const struct balance_process *p,
			const struct balance_node *at)
{
	uint64_t future = p->cpu_ms < p->usual_ms ? p->usual_ms - p->cpu_ms :
						    p->cpu_ms;

	return at_most((double)future, BALANCE_FUTURE_MS) * speed_of(at) /
	       at_least(p->wants / 100.0, 1);
}

/* ms that it costs all if so much work is done on this node, where the process is
 * already or not: until it is done, and what others have to wait for it. */
static double burden(const struct balance_node *n,
		     const struct balance_process *p, bool guest, bool there,
		     double work)
{
	double wants = p->wants / 100.0, cpus = cpus_of(n);
	double others = at_least(load_of(n) / 100.0 - (there ? wants : 0), 0);
	double time = work / thread_speed(n, guest, there ? 0 : wants);

	if (others + wants > cpus)
		time += others / cpus * work * at_least(wants, 1) / speed_of(n);
	return time;
}

/* ms that a move to a node costs. Leaving lasts the same for all sizes, but what
 * follows is waited for there. */
static double price(const struct balance_view *v,
		    const struct balance_process *p, double work)
{
	double move = v->move_ms + (double)p->mem_mib * v->mib_us / 1000;

	if (p->at)
		return 2 * move; /* by home */
	return move + work * p->in_kernel / 1000 * BALANCE_FORWARD;
}

/* Of those who would move now as many may as there are places for such as p. */
static bool has_turn(const struct market *m, const struct balance_process *p)
{
	const struct balance_view *v = m->view;
	double load = load_of(&v->self) / 100.0;
	double speed = cpus_of(&v->self) * speed_of(&v->self);
	double least = INFINITY, places = 0;
	size_t movers = 1;

	for (size_t i = 0; i < v->n_nodes; i++) {
		const struct balance_node *n = &v->nodes[i];

		if (!fresh(n))
			continue;
		load += load_of(n) / 100.0;
		speed += cpus_of(n) * speed_of(n);
		if (could_have(n, p))
			least = fmin(least, relative(n, 1));
	}
	for (size_t i = 0; i < v->n_nodes; i++) {
		const struct balance_node *n = &v->nodes[i];
		double fair = load / speed * cpus_of(n) * speed_of(n);

		if (!fresh(n))
			continue;
		if (could_have(n, p))
			places += at_least(fair - load_of(n) / 100.0, 0);
		movers += load_of(n) / 100.0 > cpus_of(n) &&
			  relative(n, 0) * 100 > least * BALANCE_GAIN;
	}
	/* Whoever found a place found one. */
	return at_least(places, 1) / (double)movers >=
	       v->random / (double)UINT32_MAX;
}

/* Different for each node and each time, from 0 to BALANCE_EQUAL per mille. */
static double jitter(const struct balance_view *v, const struct balance_node *n)
{
	uint32_t x = (v->random ^ n->number) * 2654435761u;

	x = (x ^ x >> 15) * 2246822519u;
	return 1 + (x ^ x >> 13) / (double)UINT32_MAX * BALANCE_EQUAL / 1000;
}

/* The best other place for a process that wants CPU. */
static bool find_place(const struct market *m, size_t index,
		       const struct balance_node *from, struct offer *ret)
{
	const struct balance_view *v = m->view;
	const struct balance_process *p = &v->processes[index];
	double wants = p->wants / 100.0, saved = marginal(m, from, p, true);
	double here = thread_speed(from, p->at != 0, 0);
	double work = work_left(p, from);
	double stay = burden(from, p, p->at != 0, true, work);
	int64_t mib = size_of(v, p);
	bool found = false;

	/* From node to node it goes by home, and all its memory with it. */
	if (p->at && !squeezes_in(v, p))
		return false;
	for (size_t i = 0; i < v->n_nodes; i++) {
		const struct balance_node *to = &v->nodes[i];
		double cost, go;

		if (!may_move(v, p, to->number) || !takes(to, p, mib) ||
		    thread_speed(to, true, wants) * 100 < here * BALANCE_WORST)
			continue;
		go = burden(to, p, true, false, work);
		if (go * BALANCE_GAIN > stay * 100)
			continue;
		go += price(v, p, work);
		cost = marginal(m, to, p, false);
		if (cost >= saved || stay - go < BALANCE_PROFIT_MS)
			continue;
		cost *= jitter(v, to);
		if (found && cost >= ret->cost)
			continue;
		*ret = (struct offer){ index, to, cost, (int64_t)(stay - go) };
		found = true;
	}
	return found;
}

/* --- the reasons to move, the most urgent first --- */

static bool wants_cpu(const struct balance_process *p)
{
	if (p->wants < BALANCE_HUNGRY)
		return false;
	if (p->crawls)
		return p->cpu_ms >= BALANCE_BORN_CRAWLER_MS;
	return p->cpu_ms >= BALANCE_BORN_MS || p->usual_ms > p->cpu_ms;
}

/* Its host wants it to go: the largest first. Who does not fit at home stays: there
 * it, or another one, would be killed. */
static struct balance_move leave(const struct balance_view *v)
{
	struct balance_move move = { 0 };
	int64_t largest = -1;

	for (size_t i = 0; i < v->n_processes; i++) {
		const struct balance_process *p = &v->processes[i];
		const struct balance_node *at = find(v, p->at);
		int64_t size;

		if (!p->at || !at || !at->leave || !may_move(v, p, 0) ||
		    !squeezes_in(v, p))
			continue;
		size = size_of(v, p);
		if (size < largest ||
		    (size == largest &&
		     p->mem_mib <= v->processes[move.process].mem_mib))
			continue;
		largest = size;
		move = (struct balance_move){ BALANCE_LEAVE, i, 0, 0 };
	}
	return move;
}

/* Also when what is on its way to others will be gone. Until then it cannot be told
 * who it is that waits. */
static bool stays_short(const struct balance_view *v)
{
	struct balance_node self = v->self;

	if (self.leaving_mib) {
		self.free_mib += self.leaving_mib;
		self.pressure = 0;
	}
	return balance_is_short(&self);
}

/* Memory ushering: the largest that fits somewhere goes where it costs least. */
static struct balance_move usher(const struct market *m)
{
	const struct balance_view *v = m->view;
	struct balance_move move = { 0 };
	uint32_t largest = BALANCE_USHER_MIB - 1;

	if (!stays_short(v))
		return move;
	for (size_t i = 0; i < v->n_processes; i++) {
		const struct balance_process *p = &v->processes[i];
		double best = INFINITY;

		if (p->at || p->mem_mib <= largest)
			continue;
		for (size_t j = 0; j < v->n_nodes; j++) {
			const struct balance_node *to = &v->nodes[j];
			double cost;

			if (!may_move(v, p, to->number) ||
			    !takes(to, p, p->mem_mib))
				continue;
			cost = marginal(m, to, p, false) * jitter(v, to);
			if (cost >= best)
				continue;
			best = cost;
			largest = p->mem_mib;
			move = (struct balance_move){ BALANCE_MEMORY, i,
						      to->number, 0 };
		}
	}
	return move;
}

/* Without taking it from anybody who is hungry. */
static bool has_cpu_for(const struct balance_node *n,
			const struct balance_process *p)
{
	return load_of(n) + p->wants < n->cpus * 100u + BALANCE_HUNGRY;
}

/* Away, and as well off at home; or it waits for home all the time. */
static struct balance_move come_home(const struct balance_view *v)
{
	for (size_t i = 0; i < v->n_processes; i++) {
		const struct balance_process *p = &v->processes[i];
		const struct balance_node *at = find(v, p->at);
		double work, home, there;

		if (!p->at || p->pinned || !may_move(v, p, 0) ||
		    !settled(v, p) || !fits_home(v, p))
			continue;
		if (p->calls >= BALANCE_CRAWL_CALLS)
			return (struct balance_move){ BALANCE_CRAWL, i, 0, 0 };
		if (!at)
			continue; /* too old to compare with */
		work = work_left(p, at);
		home = burden(&v->self, p, false, false, work);
		there = burden(at, p, true, true, work);
		if (has_cpu_for(&v->self, p) ?
			    home * 100 <= there * BALANCE_HOMESICK :
			    home * BALANCE_GAIN <= there * 100)
			return (struct balance_move){ BALANCE_HOME, i, 0, 0 };
	}
	return (struct balance_move){ 0 };
}

static struct balance_move spread(const struct market *m)
{
	const struct balance_view *v = m->view;
	struct balance_move move = { 0 };

	for (size_t i = 0; i < v->n_processes; i++) {
		const struct balance_process *p = &v->processes[i];
		const struct balance_node *from = find(v, p->at);
		struct offer offer;

		if (!from || p->pinned || !wants_cpu(p) || !settled(v, p) ||
		    !find_place(m, i, from, &offer) || offer.gain <= move.gain)
			continue;
		move = (struct balance_move){ BALANCE_CPU, i, offer.to->number,
					      offer.gain };
	}
	if (move.reason && !has_turn(m, &v->processes[move.process]))
		move = (struct balance_move){ 0 };
	return move;
}

struct balance_move balance_decide(const struct balance_view *view)
{
	struct balance_move move = leave(view);
	struct market market;

	if (move.reason)
		return move;
	market_open(&market, view);
	move = usher(&market);
	if (!move.reason)
		move = come_home(view);
	if (!move.reason)
		move = spread(&market);
	return move;
}

size_t balance_places_away(size_t home, size_t away)
{
	size_t least = BALANCE_PROCESSES / 2;
	size_t places = home < least ? BALANCE_PROCESSES - home : least;

	return away < places ? away : places;
}

uint16_t balance_best(const struct balance_view *view)
{
	const struct balance_process *p = view->processes;
	struct balance_view v = *view;
	const struct balance_node *best;
	struct market m;
	double least;

	if (!p->at && v.self.load < p->wants)
		v.self.load = p->wants;
	market_open(&m, &v);
	best = find(&v, p->at);
	if (!best)
		best = &v.self;
	least = marginal(&m, best, p, best->number == p->at || !p->at);
	for (size_t i = 0; i <= v.n_nodes; i++) {
		const struct balance_node *to = i ? &v.nodes[i - 1] : &v.self;
		double cost = marginal(&m, to, p, false);

		if (to == best || (i && !takes(to, p, size_of(&v, p))) ||
		    cost * (1000 + BALANCE_EQUAL) >= least * 1000)
			continue;
		best = to;
		least = cost;
	}
	return best == &v.self ? 0 : best->number;
}

const char *balance_reason_text(enum balance_reason reason)
{
	switch (reason) {
	case BALANCE_NOTHING:
		return "it is well where it is";
	case BALANCE_CPU:
		return "it gets more CPU there";
	case BALANCE_MEMORY:
		return "memory is short at its home";
	case BALANCE_HOME:
		return "it is as fast at home";
	case BALANCE_LEAVE:
		return "its host asked for it";
	case BALANCE_CRAWL:
		return "it asked its home too often";
	}
	return "unknown";
}
