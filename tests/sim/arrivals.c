// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When jobs arrive, where, and how long they are: by chance, or from a trace.
 *
 * By chance: a Poisson process. Lengths are those of real processes (Harchol-Balter
 * and Downey): most are short, and the long ones are most of the work: a bounded
 * Pareto distribution with alpha = 1. Half of the jobs are started on a tenth of the nodes.
 *
 * A trace has a line for each job: ms of its start, node, ms of work, MiB.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define LONGEST_MS 600000.0
#define MEAN_MIB 40
#define LARGEST_MIB 500
#define BUSY_SHARE 10 /* one node of so many is busy */

struct trace {
	FILE *file;   /* NULL: by chance */
	double every; /* ms between two arrivals, mean */
	bool more;
	int64_t at;
	int node;
	double work;
	uint32_t mem_mib;
};

/* The mean of the bounded Pareto distribution with alpha = 1. */
static double mean_work(double shortest)
{
	return log(LONGEST_MS / shortest) / (1 / shortest - 1 / LONGEST_MS);
}

static double some_work(struct sim *sim)
{
	double most = 1 / sim->options.shortest, least = 1 / LONGEST_MS;

	return 1 / (most - sim_uniform(sim) * (most - least));
}

static uint32_t some_memory(struct sim *sim)
{
	double mib = 2 - MEAN_MIB * log(1 - sim_uniform(sim));

	return mib > LARGEST_MIB ? LARGEST_MIB : (uint32_t)mib;
}

static int some_node(struct sim *sim)
{
	int node, busy = sim->options.nodes / BUSY_SHARE;

	do {
		node = (int)(sim_luck(sim) % (unsigned int)sim->n_nodes);
		if (busy && sim_luck(sim) % 2)
			node %= busy;
	} while (!sim->nodes[node].up);
	return node;
}

static void next_line(struct trace *t)
{
	char line[256];
	long long at;

	t->more = false;
	while (fgets(line, sizeof(line), t->file)) {
		if (*line == '#')
			continue;
		if (sscanf(line, "%lld %d %lf %u", &at, &t->node, &t->work,
			   &t->mem_mib) != 4) {
			fprintf(stderr, "sim: not a line of a trace: %s", line);
			exit(2);
		}
		t->at = at;
		t->more = true;
		return;
	}
}

void arrivals_start(struct sim *sim)
{
	struct trace *t = calloc(1, sizeof(*t));
	double speed = 0;

	if (!t)
		abort();
	sim->trace = t;
	if (sim->options.trace) {
		t->file = fopen(sim->options.trace, "r");
		if (!t->file) {
			fprintf(stderr, "sim: %s: %s\n", sim->options.trace,
				strerror(errno));
			exit(2);
		}
		next_line(t);
		return;
	}
	for (int i = 0; i < sim->options.nodes; i++)
		speed += sim->nodes[i].cpus * sim->nodes[i].speed / 1000.0;
	t->every =
		mean_work(sim->options.shortest) / (speed * sim->options.use);
	sim->next_arrival = 0;
}

void arrivals_finish(struct sim *sim)
{
	if (sim->trace->file)
		fclose(sim->trace->file);
	free(sim->trace);
	sim->trace = NULL;
}

static void by_trace(struct sim *sim)
{
	struct trace *t = sim->trace;
	int64_t start = (int64_t)sim->options.warm * 1000;

	while (t->more && sim->now >= start + t->at) {
		int node = t->node - 1;

		if (node < 0 || node >= sim->n_nodes) {
			fprintf(stderr, "sim: there is no node %d\n", t->node);
			exit(2);
		}
		if (sim->nodes[node].up)
			world_arrive(sim, node, t->work, t->mem_mib);
		next_line(t);
	}
}

void arrivals_step(struct sim *sim)
{
	struct trace *t = sim->trace;

	if (t->file) {
		by_trace(sim);
		return;
	}
	while (sim->next_arrival <= sim->now * 1000) {
		double pause = -log(1 - sim_uniform(sim)) * t->every;

		world_arrive(sim, some_node(sim), some_work(sim),
			     some_memory(sim));
		/* In µs: thousands arrive in a second. */
		sim->next_arrival += (int64_t)(pause * 1000) + 1;
	}
}
