// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sim: how well a cluster of so many nodes is balanced, against others ways.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim.h"

#define FULL_MAX 512

static const char usage[] =
	"usage: sim [OPTION]…\n"
	"\n"
	"  -n NODES       1 to 10000 (100)\n"
	"  -t SECONDS     jobs that arrive in these count (180)\n"
	"  -w SECONDS     before that (40)\n"
	"  -d SECONDS     after that, at most (300)\n"
	"  -u PER_CENT    work that arrives, of what all CPUs can do (60)\n"
	"  -l SECONDS     the shortest job; the longest takes 600 (10)\n"
	"  -c PER_CENT    of the nodes fail, and as many others join (0)\n"
	"  -1             every node has one CPU, all are of one speed\n"
	"  -f             all of the membership protocol (up to 512 nodes)\n"
	"  -r FILE        arrivals from a trace\n"
	"  -s SEED        of the random numbers (1)\n"
	"  -p POLICY      this one alone: none, random, greedy or tessera\n";

static const char *const names[POLICIES] = {
	[POLICY_NONE] = "none",
	[POLICY_RANDOM] = "random",
	[POLICY_GREEDY] = "greedy",
	[POLICY_TESSERA] = "tessera",
};

static double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Those that fail and those that come, evenly over the time that counts. */
static void churn(struct sim *sim)
{
	const struct options *o = &sim->options;
	int64_t from = (int64_t)o->warm * 1000, span = o->seconds * 1000;
	int64_t count = sim->n_nodes - o->nodes;
	int64_t before, after;

	if (!count || sim->now < from || sim->now >= from + span)
		return;
	before = (sim->now - from) * count / span;
	after = (sim->now + STEP_MS - from) * count / span;
	for (; before < after; before++) {
		world_join(sim, o->nodes + (int)before);
		world_fail(sim, (int)(before * o->nodes / count));
	}
}

static void step(struct sim *sim)
{
	bool gossip = sim->policy == POLICY_TESSERA;

	if (sim->now % WORK_MS == 0)
		world_work(sim);
	churn(sim);
	arrivals_step(sim);
	for (int i = 0; i < sim->n_nodes && gossip; i++) {
		struct simnode *n = &sim->nodes[i];
		bool second = (sim->now - n->phase) % 1000 == 0;

		if (!n->up)
			continue;
		if (second) {
			world_measure(sim, i);
			sim->gossip->measured(sim, i);
			policy_tell(sim, i);
		}
		/* After a move it looks whether there is another one. */
		if (second || (n->busy && sim->now >= n->busy))
			policy_decide(sim, i);
	}
	if (gossip)
		sim->gossip->step(sim);
	if (sim->now % 1000 == 0) {
		policy_all(sim);
		measure_second(sim);
	}
}

static bool idle(const struct sim *sim)
{
	for (int i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].first_at != NOBODY)
			return false;
	return true;
}

static void run(struct sim *sim)
{
	const struct options *o = &sim->options;
	int64_t counted = (int64_t)(o->warm + o->seconds) * 1000;
	int64_t end = counted + (int64_t)o->drain * 1000;
	double began = clock_now();
	uint64_t bytes = 0;

	sim->random = o->seed;
	sim->luck = ~(uint64_t)o->seed;
	sim->gossip = o->full ? &gossip_full : &gossip_wide;
	world_start(sim);
	sim->gossip->start(sim);
	arrivals_start(sim);
	for (sim->now = STEP_MS; sim->now < end; sim->now += STEP_MS) {
		step(sim);
		if (o->trace && sim->now > counted && idle(sim))
			break;
	}
	for (int i = 0; i < sim->n_nodes; i++)
		bytes += sim->nodes[i].bytes;
	sim->result.bytes = (double)bytes * 1000 / (double)sim->now / o->nodes;
	sim->result.moves *= 60000.0 / (double)sim->now / o->nodes;
	measure_end(sim);
	arrivals_finish(sim);
	sim->gossip->finish(sim);
	world_finish(sim);
	sim->result.seconds = clock_now() - began;
}

static void print(const struct sim *sim)
{
	const struct result *r = &sim->result;

	printf("| %s | %.1f | %.1f | %.2f | %.2f | %.0f | %.2f | %u | %.2f | %.1f | %.0f | %u | %u | %.0f |\n",
	       names[sim->policy], r->lost * 100, r->imbalance * 100,
	       r->slowdown, r->slow95, r->makespan, r->moves, r->most,
	       r->bytes / 1000, r->age, r->known, r->jobs, r->died, r->seconds);
	fflush(stdout);
}

static void fail(const char *message)
{
	fprintf(stderr, "sim: %s\n%s", message, usage);
	exit(2);
}

static enum policy policy_of(const char *name)
{
	for (int i = 0; i < POLICIES; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fail("no such policy");
	return POLICIES;
}

static void parse(int argc, char *argv[], struct options *o, int *ret_only)
{
	int c;

	while ((c = getopt(argc, argv, "n:t:w:d:u:l:c:1fr:s:p:h")) != -1) {
		switch (c) {
		case 'n':
			o->nodes = atoi(optarg);
			break;
		case 't':
			o->seconds = atoi(optarg);
			break;
		case 'w':
			o->warm = atoi(optarg);
			break;
		case 'd':
			o->drain = atoi(optarg);
			break;
		case 'u':
			o->use = atof(optarg) / 100;
			break;
		case 'l':
			o->shortest = atof(optarg) * 1000;
			break;
		case 'c':
			o->churn = atoi(optarg);
			break;
		case '1':
			o->cpus = 1;
			break;
		case 'f':
			o->full = true;
			break;
		case 'r':
			o->trace = optarg;
			break;
		case 's':
			o->seed = (unsigned int)atoi(optarg);
			break;
		case 'p':
			*ret_only = (int)policy_of(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			exit(2);
		}
	}
	if (o->nodes < 1 || o->nodes > 10000 || o->churn < 0 || o->churn > 90 ||
	    o->seconds < 1 || o->warm < 0 || o->drain < 0 || o->use <= 0 ||
	    o->shortest < 100 || o->shortest > 500000)
		fail("a number is out of its range");
	if (o->full && o->nodes + o->nodes * o->churn / 100 > FULL_MAX)
		fail("too many nodes for the whole protocol");
}

int main(int argc, char *argv[])
{
	struct options options = { .nodes = 100,
				   .seconds = 180,
				   .warm = 40,
				   .drain = 300,
				   .use = 0.6,
				   .shortest = 10000,
				   .seed = 1 };
	int only = -1;

	parse(argc, argv, &options, &only);
	puts("| policy | lost % | imbalance % | slowdown | 95 % | makespan s | moves /node/min | most /min | kB/s | age s | known | jobs | died | run s |");
	puts("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
	for (int i = 0; i < POLICIES; i++) {
		struct sim sim = { .options = options,
				   .policy = (enum policy)i };

		if (only >= 0 && i != only)
			continue;
		run(&sim);
		print(&sim);
	}
	return 0;
}
