// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes and jobs: what the hardware and the kernels do.
 */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "sim.h"

#define SMOOTH_MS 5000 /* as load.c */
#define BASE_SHARE 4   /* of the memory is in use without any job: a quarter */

static uint32_t next(uint64_t *state)
{
	/* Steele, Lea, Flood: SplitMix64. */
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)(z ^ z >> 31);
}

uint32_t sim_random(struct sim *sim)
{
	return next(&sim->random);
}

uint32_t sim_luck(struct sim *sim)
{
	return next(&sim->luck);
}

double sim_uniform(struct sim *sim)
{
	return sim_luck(sim) / 4294967296.0;
}

static void new_node(struct sim *sim, struct simnode *n)
{
	static const uint16_t cpus[] = { 1, 2, 4, 4, 8 };
	static const uint32_t speeds[] = { 500, 800, 1000, 1000, 1500 };
	static const uint32_t sizes[] = { 1024, 2048, 4096, 8192 };

	n->cpus = sim->options.cpus ? (uint16_t)sim->options.cpus :
				      cpus[sim_luck(sim) % 5];
	n->speed = sim->options.cpus ? 1000 : speeds[sim_luck(sim) % 5];
	n->mem_mib = sizes[sim_luck(sim) % 4] * (n->cpus > 2 ? 2 : 1);
	n->used_mib = n->mem_mib / BASE_SHARE;
	n->load.guest_share = (uint8_t)conf_defaults.share;
	n->first_at = n->first_home = NOBODY;
	n->phase = sim_luck(sim) % 1000 / STEP_MS * STEP_MS;
}

void world_start(struct sim *sim)
{
	int reserve = sim->options.nodes * sim->options.churn / 100;

	sim->n_nodes = sim->options.nodes + reserve;
	sim->nodes = calloc((size_t)sim->n_nodes, sizeof(*sim->nodes));
	if (!sim->nodes)
		abort();
	sim->free_job = NOBODY;
	for (int i = 0; i < sim->n_nodes; i++) {
		new_node(sim, &sim->nodes[i]);
		sim->nodes[i].up = i < sim->options.nodes;
	}
}

void world_finish(struct sim *sim)
{
	free(sim->nodes);
	free(sim->jobs);
	sim->nodes = NULL;
	sim->jobs = NULL;
	sim->n_jobs = 0;
}

/* --- lists --- */

static void count(struct sim *sim, const struct job *job, int sign)
{
	struct simnode *n = &sim->nodes[job->at];

	if (job->at == job->home)
		n->own += (unsigned int)sign;
	else
		n->guests += (unsigned int)sign;
	n->used_mib += (uint32_t)sign * job->mem_mib;
}

static void settle(struct sim *sim, int id, int at)
{
	struct job *job = &sim->jobs[id];
	struct simnode *n = &sim->nodes[at];

	job->at = at;
	job->next_at = n->first_at;
	job->prev_at = NOBODY;
	if (n->first_at != NOBODY)
		sim->jobs[n->first_at].prev_at = id;
	n->first_at = id;
	count(sim, job, 1);
}

static void unsettle(struct sim *sim, int id)
{
	struct job *job = &sim->jobs[id];

	count(sim, job, -1);
	if (job->prev_at != NOBODY)
		sim->jobs[job->prev_at].next_at = job->next_at;
	else
		sim->nodes[job->at].first_at = job->next_at;
	if (job->next_at != NOBODY)
		sim->jobs[job->next_at].prev_at = job->prev_at;
}

static int new_job(struct sim *sim)
{
	int id = sim->free_job;

	if (id != NOBODY) {
		sim->free_job = sim->jobs[id].next_at;
		return id;
	}
	if (sim->n_jobs % 4096 == 0) {
		size_t room = (size_t)sim->n_jobs + 4096;

		sim->jobs = reallocarray(sim->jobs, room, sizeof(*sim->jobs));
		if (!sim->jobs)
			abort();
	}
	return sim->n_jobs++;
}

int world_arrive(struct sim *sim, int home, double work, uint32_t mem_mib)
{
	int id = new_job(sim), at = policy_place(sim, home);
	struct simnode *n = &sim->nodes[home];
	struct job *job = &sim->jobs[id];

	*job = (struct job){ .work = work,
			     .left = work,
			     .mem_mib = mem_mib,
			     .home = home,
			     .born = sim->now,
			     .frozen = sim->now,
			     .prev_home = NOBODY,
			     .next_home = n->first_home };
	if (n->first_home != NOBODY)
		sim->jobs[n->first_home].prev_home = id;
	n->first_home = id;
	settle(sim, id, at);
	if (!sim->first_born)
		sim->first_born = sim->now;
	return id;
}

static void remove_job(struct sim *sim, int id)
{
	struct job *job = &sim->jobs[id];

	unsettle(sim, id);
	if (job->prev_home != NOBODY)
		sim->jobs[job->prev_home].next_home = job->next_home;
	else
		sim->nodes[job->home].first_home = job->next_home;
	if (job->next_home != NOBODY)
		sim->jobs[job->next_home].prev_home = job->prev_home;
	job->next_at = sim->free_job;
	job->home = NOBODY;
	sim->free_job = id;
}

/* --- what happens --- */

static void stamp(struct sim *sim, struct job *job)
{
	unsigned int lately = 1;

	for (size_t i = 0; i < BALANCE_MOVES; i++)
		lately += job->moved[i] && sim->now - job->moved[i] < 60000;
	if (lately > sim->result.most)
		sim->result.most = lately;
	memmove(&job->moved[1], &job->moved[0],
		sizeof(job->moved) - sizeof(job->moved[0]));
	job->moved[0] = sim->now;
	job->moves++;
	sim->result.moves++;
}

void world_move(struct sim *sim, int id, int to)
{
	struct job *job = &sim->jobs[id];
	int legs = job->at != job->home && to != job->home ? 2 : 1;
	int64_t cost =
		BALANCE_MOVE_MS + (int64_t)job->mem_mib * BALANCE_MIB_US / 1000;

	for (int i = 0; i < legs; i++)
		stamp(sim, job);
	unsettle(sim, id);
	job->there_mib = sim->nodes[to].used_mib;
	settle(sim, id, to);
	job->frozen = sim->now + cost * legs;
}

void world_fail(struct sim *sim, int node)
{
	struct simnode *n = &sim->nodes[node];

	while (n->first_at != NOBODY) {
		remove_job(sim, n->first_at);
		sim->result.died++;
	}
	while (n->first_home != NOBODY) {
		remove_job(sim, n->first_home);
		sim->result.died++;
	}
	n->up = false;
	sim->gossip->node(sim, node, false);
}

void world_join(struct sim *sim, int node)
{
	sim->nodes[node].up = true;
	sim->gossip->node(sim, node, true);
}

/* --- the CPUs --- */

/* Fair shares, as the kernel gives them: guests are one group with half of the
 * weight that the node's own processes have together. */
static double speed(const struct simnode *n, double own, double guests,
		    bool guest)
{
	double cpus = n->cpus, theirs, all = own + guests;

	if (all <= cpus)
		return n->speed / 1000.0;
	theirs = own > 0 ? cpus * n->load.guest_share /
				   (100.0 + n->load.guest_share) :
			   cpus;
	if (theirs < cpus - own)
		theirs = cpus - own;
	if (theirs > guests)
		theirs = guests;
	return n->speed / 1000.0 *
	       (guest ? theirs / guests : (cpus - theirs) / own);
}

double world_speed(const struct simnode *n, bool guest, int more)
{
	return speed(n, n->own + (guest ? 0 : more),
		     n->guests + (guest ? more : 0), guest);
}

static void work_on(struct sim *sim, int node)
{
	struct simnode *n = &sim->nodes[node];
	double own = 0, guests = 0, each[2];
	int next;

	for (int id = n->first_at; id != NOBODY; id = sim->jobs[id].next_at) {
		if (sim->jobs[id].frozen > sim->now)
			continue;
		own += sim->jobs[id].home == node;
		guests += sim->jobs[id].home != node;
	}
	each[0] = own > 0 ? speed(n, own, guests, false) : 0;
	each[1] = guests > 0 ? speed(n, own, guests, true) : 0;
	for (int id = n->first_at; id != NOBODY; id = next) {
		struct job *job = &sim->jobs[id];
		double rate = each[job->home != node];

		next = job->next_at;
		if (job->frozen > sim->now)
			continue;
		job->left -= rate * WORK_MS;
		job->cpu_ms += rate * 1000 / n->speed * WORK_MS;
		if (job->left <= 0) {
			measure_job(sim, job);
			history_ended(&sim->nodes[job->home].history, SIM_USER,
				      SIM_PROGRAM, (uint64_t)job->cpu_ms);
			remove_job(sim, id);
		}
	}
}

void world_work(struct sim *sim)
{
	for (int i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].first_at != NOBODY)
			work_on(sim, i);
}

void world_measure(struct sim *sim, int node)
{
	static const struct balance_host host = { .guest_limit = UINT16_MAX };
	struct simnode *n = &sim->nodes[node];
	struct balance_node self;

	n->smooth += ((int64_t)n->own * 1000000 - n->smooth) * 1000 /
		     (SMOOTH_MS + 1000);
	n->measured = sim->now;
	n->load.cpus = n->cpus;
	n->load.speed = n->speed;
	n->load.guests = (uint16_t)n->guests;
	n->load.guest_load = (uint16_t)(n->guests * 100);
	n->load.load =
		(uint32_t)((n->smooth + 5000) / 10000) + n->load.guest_load;
	n->load.mem_mib = n->mem_mib;
	n->load.free_mib = n->used_mib < n->mem_mib ? n->mem_mib - n->used_mib :
						      0;
	self = ledger_node(&n->ledger, sim->now, 0, &n->load, 0);
	balance_host(&host, &self, n->load.leave, &n->load.room,
		     &n->load.leave);
}
