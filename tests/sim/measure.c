// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is seen of a run.
 */
#include <stdlib.h>

#include "sim.h"

static bool counts(const struct sim *sim, int64_t time)
{
	int64_t from = (int64_t)sim->options.warm * 1000;

	return time >= from &&
	       time < from + (int64_t)sim->options.seconds * 1000;
}

void measure_job(struct sim *sim, const struct job *job)
{
	sim->last_end = sim->now;
	if (!counts(sim, job->born))
		return;
	if (sim->n_slowdowns % 4096 == 0) {
		sim->slowdowns = reallocarray(sim->slowdowns,
					      sim->n_slowdowns + 4096,
					      sizeof(*sim->slowdowns));
		if (!sim->slowdowns)
			abort();
	}
	sim->slowdowns[sim->n_slowdowns++] =
		(double)(sim->now - job->born) / job->work;
}

struct speed {
	double speed;
	unsigned int cpus;
};

static int faster(const void *a, const void *b)
{
	const struct speed *p = a, *q = b;

	return (p->speed < q->speed) - (p->speed > q->speed);
}

/* What these jobs could get at best: the fastest CPUs, one each. */
static double possible(const struct sim *sim, unsigned int jobs)
{
	struct speed *list = calloc((size_t)sim->n_nodes, sizeof(*list));
	double sum = 0;

	if (!list)
		abort();
	for (int i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].up)
			list[i] = (struct speed){ sim->nodes[i].speed / 1000.0,
						  sim->nodes[i].cpus };
	qsort(list, (size_t)sim->n_nodes, sizeof(*list), faster);
	for (int i = 0; i < sim->n_nodes && jobs; i++) {
		unsigned int n = jobs < list[i].cpus ? jobs : list[i].cpus;

		sum += n * list[i].speed;
		jobs -= n;
	}
	free(list);
	return sum;
}

static void look_at_information(struct sim *sim)
{
	static struct balance_node nodes[BALANCE_NODES];
	double known = 0, age = 0;
	int looked = 0, step = sim->n_nodes / 100 + 1;

	for (int i = 0; i < sim->n_nodes; i += step) {
		size_t n;

		if (!sim->nodes[i].up)
			continue;
		n = sim->gossip->known(sim, i, sim->now - BALANCE_FRESH_MS,
				       nodes);
		known += (double)n;
		for (size_t j = 0; j < n; j++)
			age += nodes[j].age / 1000.0;
		looked++;
	}
	if (!looked)
		return;
	sim->result.known += known / looked;
	if (known > 0) {
		sim->ages += age / known;
		sim->age_samples++;
	}
}

void measure_second(struct sim *sim)
{
	double got = 0, cpus = 0, excess = 0, best;
	unsigned int jobs = 0;

	if (!counts(sim, sim->now))
		return;
	for (int i = 0; i < sim->n_nodes; i++) {
		const struct simnode *n = &sim->nodes[i];
		unsigned int here = n->own + n->guests;

		if (!n->up)
			continue;
		jobs += here;
		got += (here < n->cpus ? here : n->cpus) * n->speed / 1000.0;
		cpus += n->cpus * n->speed / 1000.0;
	}
	/* Beyond its fair share, and more than it has CPUs for. */
	for (int i = 0; i < sim->n_nodes; i++) {
		const struct simnode *n = &sim->nodes[i];
		double fair = jobs * n->cpus * n->speed / 1000.0 / cpus;
		double most = fair > n->cpus ? fair : n->cpus;

		if (n->up && n->own + n->guests >= most + 1)
			excess += n->own + n->guests - most;
	}
	best = possible(sim, jobs);
	if (jobs) {
		sim->result.lost += 1 - got / best;
		sim->result.imbalance += excess / jobs;
		sim->samples++;
	}
	look_at_information(sim);
}

static int smaller(const void *a, const void *b)
{
	const double *p = a, *q = b;

	return (*p > *q) - (*p < *q);
}

void measure_end(struct sim *sim)
{
	struct result *r = &sim->result;
	double sum = 0, seconds = sim->options.seconds;
	size_t n = sim->n_slowdowns;

	for (size_t i = 0; i < n; i++)
		sum += sim->slowdowns[i];
	if (n) {
		qsort(sim->slowdowns, n, sizeof(*sim->slowdowns), smaller);
		r->slowdown = sum / (double)n;
		r->slow95 = sim->slowdowns[n * 95 / 100];
	}
	if (sim->samples > 0) {
		r->lost /= sim->samples;
		r->imbalance /= sim->samples;
	}
	r->jobs = (unsigned int)n;
	r->known /= seconds;
	r->age = sim->age_samples > 0 ? sim->ages / sim->age_samples : 0;
	r->makespan = (double)(sim->last_end - sim->first_born) / 1000;
	free(sim->slowdowns);
	sim->slowdowns = NULL;
}
