// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who runs where: as the agent decides, and three others to compare with.
 */
#include <stdlib.h>

#include "sim.h"

/* --- omniscient and central --- */

/* The node where one more job is fastest; of equals where the least CPUs are
 * wanted, and home before others. */
static int fastest(const struct sim *sim, int home, uint32_t mem_mib,
		   double *ret_speed)
{
	double best = -1, least = 0;
	int found = home;

	for (int i = 0; i < sim->n_nodes; i++) {
		const struct simnode *n = &sim->nodes[i];
		double speed, load;

		if (!n->up ||
		    (i != home && n->used_mib + mem_mib > n->mem_mib * 7 / 8))
			continue;
		speed = world_speed(n, i != home, 1) + (i == home) * 1e-9;
		load = (double)(n->own + n->guests) / n->cpus;
		if (speed < best || (speed <= best && load >= least))
			continue;
		best = speed;
		least = load;
		found = i;
	}
	*ret_speed = best;
	return found;
}

int policy_place(struct sim *sim, int home)
{
	double speed;
	int node;

	switch (sim->policy) {
	case POLICY_RANDOM:
		do
			node = (int)(sim_random(sim) %
				     (unsigned int)sim->n_nodes);
		while (!sim->nodes[node].up);
		return node;
	case POLICY_GREEDY:
		return fastest(sim, home, 0, &speed);
	case POLICY_NONE:
	case POLICY_TESSERA:
	case POLICIES:
		break;
	}
	return home;
}

/* Moves whoever wins by it, and knows how long each job will run. */
static bool move_one(struct sim *sim, int node)
{
	const struct simnode *n = &sim->nodes[node];

	for (int id = n->first_at; id != NOBODY; id = sim->jobs[id].next_at) {
		const struct job *job = &sim->jobs[id];
		double here = world_speed(n, job->home != node, 0), there;
		double cost = BALANCE_MOVE_MS +
			      (double)job->mem_mib * BALANCE_MIB_US / 1000;
		int to;

		if (job->frozen > sim->now || job->left / here < 2 * cost)
			continue;
		to = fastest(sim, job->home, job->mem_mib, &there);
		if (to == node || job->left / here - job->left / there <
					  2 * cost + BALANCE_PROFIT_MS)
			continue;
		world_move(sim, id, to);
		return true;
	}
	return false;
}

void policy_all(struct sim *sim)
{
	if (sim->policy != POLICY_GREEDY)
		return;
	for (int i = 0; i < sim->n_nodes; i++) {
		const struct simnode *n = &sim->nodes[i];

		while (n->own + n->guests > n->cpus && move_one(sim, i))
			;
	}
}

/* --- the agent's --- */

static void put(const struct sim *sim, int ids[], size_t *n, size_t most,
		int id)
{
	double cpu_ms = sim->jobs[id].cpu_ms;
	size_t place = *n;

	if (*n < most)
		++*n;
	else if (!place || sim->jobs[ids[--place]].cpu_ms >= cpu_ms)
		return;
	for (; place && sim->jobs[ids[place - 1]].cpu_ms < cpu_ms; place--)
		ids[place] = ids[place - 1];
	ids[place] = id;
}

/* All want a CPU: those that computed longest, and others that are away in each
 * second, as the agent chooses them. */
static size_t choose(struct sim *sim, int node, int ids[])
{
	struct simnode *n = &sim->nodes[node];
	size_t total[2] = { 0 }, count[2] = { 0 }, seen = 0, home, away;

	for (int id = n->first_home; id != NOBODY; id = sim->jobs[id].next_home)
		if (sim->jobs[id].frozen <= sim->now)
			total[sim->jobs[id].at != node]++;
	away = balance_places_away(total[0], total[1]);
	home = BALANCE_PROCESSES - away;
	if (home > total[0])
		home = total[0];
	for (int id = n->first_home; id != NOBODY;
	     id = sim->jobs[id].next_home) {
		if (sim->jobs[id].frozen > sim->now)
			continue;
		if (sim->jobs[id].at == node)
			put(sim, ids, &count[0], home, id);
		else if ((seen++ + n->turn) % total[1] < away)
			put(sim, ids + home, &count[1], away, id);
	}
	if (total[1] > away)
		n->turn = (n->turn + away) % total[1];
	return count[0] + count[1];
}

static size_t processes_of(struct sim *sim, int node, int ids[],
			   struct balance_process ret[])
{
	size_t n = choose(sim, node, ids);
	uint64_t usual;

	usual = history_usual(&sim->nodes[node].history, SIM_USER, SIM_PROGRAM);
	for (size_t i = 0; i < n; i++) {
		const struct job *job = &sim->jobs[ids[i]];

		ret[i] = (struct balance_process){
			.at = job->at == node ? 0 : (uint16_t)(job->at + 1),
			.wants = 100,
			.cpu_ms = (uint64_t)job->cpu_ms,
			.usual_ms = usual,
			.mem_mib = job->mem_mib,
			.there_mib = job->there_mib,
		};
		for (size_t j = 0; j < BALANCE_MOVES; j++)
			ret[i].moved[j] = job->moved[j];
	}
	return n;
}

void policy_tell(struct sim *sim, int node)
{
	const struct simnode *n = &sim->nodes[node];
	unsigned int turn;
	int id = n->first_at;

	if (!n->guests)
		return;
	turn = sim_random(sim) % n->guests;
	for (; id != NOBODY; id = sim->jobs[id].next_at)
		if (sim->jobs[id].home != node && turn-- == 0)
			sim->gossip->tell(sim, node, sim->jobs[id].home);
}

void policy_decide(struct sim *sim, int node)
{
	static struct balance_node nodes[BALANCE_NODES];
	struct balance_process processes[BALANCE_PROCESSES];
	struct simnode *n = &sim->nodes[node];
	struct balance_view view = {
		.now = sim->now,
		.nodes = nodes,
		.processes = processes,
		.move_ms = BALANCE_MOVE_MS,
		.mib_us = BALANCE_MIB_US,
	};
	int ids[BALANCE_PROCESSES], to;
	struct balance_move move;

	if (sim->now < n->busy)
		return;
	n->busy = 0;
	view.n_processes = processes_of(sim, node, ids, processes);
	if (!view.n_processes)
		return;
	view.n_nodes = sim->gossip->known(sim, node, sim->now - BALANCE_HOST_MS,
					  nodes);
	view.self = ledger_node(&n->ledger, sim->now, (uint16_t)(node + 1),
				&n->load, 0);
	view.self.load = n->own * 100 + n->load.guest_load;
	view.random = sim_random(sim);
	move = balance_decide(&view);
	if (!move.reason)
		return;
	to = move.to ? move.to - 1 : node;
	if (!sim->nodes[to].up) {
		/* Its failure is not known yet: the link cannot be made. */
		ledger_avoid(&n->ledger, sim->now, move.to, 0,
			     sim->now + 60000);
		return;
	}
	world_move(sim, ids[move.process], to);
	n->busy = sim->jobs[ids[move.process]].frozen;
	if (processes[move.process].at)
		ledger_left(&n->ledger, sim->now, processes[move.process].at,
			    100);
	if (move.to)
		ledger_send(&n->ledger, sim->now, move.to, 100,
			    processes[move.process].mem_mib,
			    !processes[move.process].at);
}
