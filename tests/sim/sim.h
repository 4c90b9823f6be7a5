/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cluster of up to 10,000 simulated nodes on a clock of its own. Jobs arrive,
 * compute, move and end (world.c); nodes hear of each other by the agent's gossip
 * (full.c: all of it; wide.c: the load entries alone, for large clusters); a policy
 * places jobs (policy.c: with the agent's decision, or to compare with it).
 */
#ifndef TESSERA_SIM_H
#define TESSERA_SIM_H

#include "balance.h"
#include "history.h"
#include "ledger.h"
#include "node.h"

#define STEP_MS 20  /* of the network; agents wake up with it */
#define WORK_MS 100 /* of the computing */
#define HEADERS 142 /* bytes a message costs beside itself, WireGuard's too */
#define NOBODY (-1)
/* All jobs are runs of one program of one user. */
#define SIM_USER 1000
#define SIM_PROGRAM "job"

struct job {
	double work, left; /* ms of a CPU of the reference machine */
	double cpu_ms;	   /* CPU time so far */
	uint32_t mem_mib;
	uint32_t there_mib;   /* in use there before it came */
	int home, at;	      /* nodes */
	int64_t born, frozen; /* ms; it does not run until then */
	int64_t moved[BALANCE_MOVES];
	unsigned int moves;
	int next_at, prev_at, next_home, prev_home; /* lists of the nodes */
};

struct simnode {
	bool up;
	uint16_t cpus;
	uint32_t speed, mem_mib;
	int first_at, first_home; /* jobs */
	unsigned int own, guests; /* jobs that are here */
	uint32_t used_mib;
	int64_t smooth; /* own load, as load.c smooths it, millionths */
	int64_t phase;	/* its second begins then, ms */
	int64_t busy;	/* a move is under way until then; 0: none */
	struct node_load load;
	int64_t measured; /* ms */
	struct ledger ledger;
	size_t turn; /* of its jobs that are away, if there are too many */
	struct history history; /* of the jobs that were started here */
	uint64_t bytes;
};

struct sim;

enum policy {
	POLICY_NONE,   /* jobs stay at home */
	POLICY_RANDOM, /* they start anywhere and stay there */
	POLICY_GREEDY, /* somebody who knows all places and moves them */
	POLICY_TESSERA,
	POLICIES,
};

/* How the load entries get around. */
struct gossip {
	void (*start)(struct sim *sim);
	void (*finish)(struct sim *sim);
	/* It is switched on, or loses power. */
	void (*node)(struct sim *sim, int node, bool up);
	/* Its new load is known. */
	void (*measured)(struct sim *sim, int node);
	void (*step)(struct sim *sim);
	/* A host tells one home of its guests. */
	void (*tell)(struct sim *sim, int node, int home);
	/* Others whose load node has heard since then; returns how many. */
	size_t (*known)(struct sim *sim, int node, int64_t since,
			struct balance_node ret[BALANCE_NODES]);
};

extern const struct gossip gossip_full, gossip_wide;

struct options {
	int nodes;
	int seconds; /* jobs that arrive in these count, after `warm` seconds */
	int warm, drain;
	double use;	 /* work that arrives, share of all CPUs */
	double shortest; /* ms, of jobs */
	int churn; /* per cent of the nodes that fail, and others that join */
	bool full; /* the whole membership protocol */
	unsigned int seed;
	const char *trace; /* a file of arrivals instead */
	int cpus;	   /* of every node; 0: mixed */
};

struct result {
	double lost; /* share of the CPUs idle while jobs waited elsewhere */
	double imbalance; /* jobs that are more than there should be, share */
	double slowdown; /* mean over jobs: time / time alone on a reference CPU */
	double slow95;
	double makespan;	 /* s: from the first arrival to the last end */
	double moves;		 /* for each node and minute */
	unsigned int most;	 /* moves of one job in any minute */
	double bytes;		 /* sent by a node in a second */
	double age;		 /* of what is known, mean, s */
	double known;		 /* how many nodes that is */
	double seconds;		 /* run time */
	unsigned int jobs, died; /* that counted, that a failure took */
};

struct sim {
	struct options options;
	enum policy policy;
	const struct gossip *gossip;
	void *gossip_data;
	int64_t now;
	uint64_t random;
	uint64_t luck; /* of arrivals: the same for all policies */
	struct simnode *nodes;
	int n_nodes;
	struct job *jobs;
	int n_jobs, free_job; /* list of unused ones, by next_at */
	struct trace *trace;
	int64_t next_arrival;
	struct result result;
	double *slowdowns; /* of the jobs that counted */
	size_t n_slowdowns;
	double samples, ages, age_samples;
	int64_t first_born, last_end;
};

/* world.c */
uint32_t sim_random(struct sim *sim);
/* Of another stream of numbers: the same jobs arrive under every policy. */
uint32_t sim_luck(struct sim *sim);
double sim_uniform(struct sim *sim); /* [0, 1), of that */

void world_start(struct sim *sim);
void world_finish(struct sim *sim);
int world_arrive(struct sim *sim, int home, double work, uint32_t mem_mib);
/* A job goes to another node, and stands still for as long as that takes. */
void world_move(struct sim *sim, int job, int to);
void world_fail(struct sim *sim, int node);
void world_join(struct sim *sim, int node);
void world_work(struct sim *sim);
/* As load.c does it. */
void world_measure(struct sim *sim, int node);
/* What a job gets on a node; as a guest or not; with so many more. */
double world_speed(const struct simnode *n, bool guest, int more);

/* arrivals.c */
void arrivals_start(struct sim *sim);
void arrivals_finish(struct sim *sim);
void arrivals_step(struct sim *sim);

/* policy.c */
int policy_place(struct sim *sim, int home);
/* As a host. */
void policy_tell(struct sim *sim, int node);
void policy_decide(struct sim *sim, int node);
void policy_all(struct sim *sim); /* once a second, who knows all */

/* measure.c */
void measure_second(struct sim *sim);
void measure_job(struct sim *sim, const struct job *job);
void measure_end(struct sim *sim);

#endif
