/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where processes should run. Pure: from what is known of this node's processes
 * and of the nodes follows at most one move; docs/balancing.md explains it. The
 * simulator in tests/sim calls the very same functions.
 */
#ifndef TESSERA_BALANCE_H
#define TESSERA_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules.h"

/* --- what can be turned, with units and reasons --- */

/* What was measured before that says nothing of who is idle now, ms. In a room of
 * ten nearly all are younger; in larger ones those that are left are a sample,
 * another one on each node, so that the nodes do not all choose the same place.
 * With twice as much the simulated cluster does visibly worse. */
#define BALANCE_FRESH_MS 3000
/* But a host is judged by what it told lately, ms: it tells homes of its guests
 * directly, one after the other. */
#define BALANCE_HOST_MS 10000
/* So many nodes are looked at, at most: the freshest. */
#define BALANCE_NODES 256
/* An idle node looks at its processes so often, ms, while a host asks its guests to
 * leave: one of them may have been sent there by hand, and looking costs. */
#define BALANCE_ASKED_MS 10000
/* And so many processes: half of them at home, those that want most CPU now, and half
 * away, in turn. What one half does not need the other has. */
#define BALANCE_PROCESSES 64

/* CPU time before a process may leave, ms: most that live so long live on, and
 * no command typed by hand does. One of a kind that lives long need not wait. */
#define BALANCE_BORN_MS 300
/* It must want this much of a CPU, hundredths, to be moved for CPU. */
#define BALANCE_HUNGRY 50
/* A process expects to live as long as its kind does, or as long again as it did
 * (Harchol-Balter, Downey), but we do not count on more than this, ms of CPU time. */
#define BALANCE_FUTURE_MS 600000
/* Staying must cost all this much more time, per cent: loads are measured with
 * errors. */
#define BALANCE_GAIN 115
/* Nobody is made slower than this, per cent, for the good of others. */
#define BALANCE_WORST 60
/* And this much must be won after all costs, ms: less is not worth the trouble. */
#define BALANCE_PROFIT_MS 500
/* Costs of a move before one was measured: fixed, ms, and for each MiB, µs: a
 * GBit/s moves 110 MiB/s. */
#define BALANCE_MOVE_MS 100
#define BALANCE_MIB_US 9000
/* Time in the kernel becomes this many times longer away from home, where calls
 * are forwarded. A call takes ~1 µs to ~20 µs with its data; away 100 µs more. */
#define BALANCE_FORWARD 10
/* Home may cost this much more time, per cent, if it has a CPU for who comes: no
 * call is forwarded there, and no other machine can take the process with it. If it
 * has none, staying away must cost BALANCE_GAIN, as with any other move. */
#define BALANCE_HOMESICK 102
/* Away and with so many forwarded calls for each second of CPU time that it gets, it
 * only crawls. A call costs 200 µs or more, a sixth of its time; where it costs more
 * there are no more of them in a second of the clock. */
#define BALANCE_CRAWL_CALLS 1000
/* With so many its kind is known for it: a start takes more of them than what follows,
 * and where a call is slow it is CPU time, too, that is spent on it. */
#define BALANCE_CRAWL_KIND 500
/* One of such a kind must have used this, ms of CPU time, before it leaves:
 * many begin with files, and compute then. */
#define BALANCE_BORN_CRAWLER_MS 10000

/* Stays where it is at least so long after a move, ms, and as long again for each
 * further move in the last minute. */
#define BALANCE_STAY_MS 8000
/* No process moves more often in BALANCE_MINUTE_MS, whatever the reason. Away it
 * goes only if one is left for the way home, should its host ask. */
#define BALANCE_MOVES 3
#define BALANCE_MINUTE_MS 60000

/* Memory is short below a 16th of it, or below this, MiB: the kernel begins to
 * swap and to throw out programs. */
#define BALANCE_RESERVE_SHARE 16
#define BALANCE_RESERVE_MIB 32
/* Or when somebody waited for it for more than this, per mille of 10 s … */
#define BALANCE_PRESSURE 100
/* … while less than so many times that is free: else it is a limit of its own that
 * somebody ran into … */
#define BALANCE_PRESSURE_FREE 4
/* … and it is no place to go to from this on. */
#define BALANCE_PRESSURE_THERE 20
/* What is smaller does not help, MiB. */
#define BALANCE_USHER_MIB 8

/* The base of the opportunity cost is the number of nodes, within these: with a
 * larger one the fuller memory outweighs the idle CPU. */
#define BALANCE_BASE_MIN 2
#define BALANCE_BASE_MAX 16
/* How much steeper the cost of memory is than that of CPU: 1 when it is full, as
 * CPU at the highest load, 1 / base of that with a quarter of it free. */
#define BALANCE_STEEP 4
/* Places that differ by less, per mille of the cost, are equally good: one of
 * them is taken at random. */
#define BALANCE_EQUAL 50

/* One of a node's own that wants a CPU gets at least this much of it beside guests,
 * per cent: what they leave, less what is measured wrongly. */
#define BALANCE_OWN_SHARE 60
/* Processes that use this much of all CPUs, per cent, may be more than what they
 * use tells: half is what a group gets beside another one. Less, and they got all
 * they wanted. */
#define BALANCE_BUSY 45
/* Who is hungry is there in each of so many looks, one a second; what comes and
 * goes, is not. */
#define BALANCE_LOOKS 3
/* CPUs count as wanted by more than there are only beyond this, and as idle short of
 * it, per cent of all: who has a CPU to himself is measured with 97 to 103. */
#define BALANCE_NOISE 5
/* So many guests for each CPU unless the configuration says otherwise. */
#define BALANCE_GUESTS_PER_CPU 8
/* A process that keeps to no level may use more than the highest. */
#define BALANCE_ANY_LEVEL (RULES_LEVELS + 1)
/* A guest needs this much memory before anything is known of it, MiB. */
#define BALANCE_GUEST_MIB 16

/* --- what it knows --- */

struct balance_process {
	uint16_t at;	    /* the node it is on; 0: at home */
	uint32_t wants;	    /* CPUs it would use, hundredths */
	uint64_t cpu_ms;    /* CPU time so far */
	uint64_t usual_ms;  /* what its kind uses in a life; 0: not known */
	bool crawls;	    /* as others of its kind did, away */
	uint32_t mem_mib;   /* resident, or when it left */
	uint32_t there_mib; /* in use there when it came; 0: not known */
	uint16_t in_kernel; /* of its CPU time lately, per mille; at home only */
	uint32_t calls;	    /* forwarded, for a second of CPU time; away only */
	bool pinned; /* somebody put it there: it goes if its host asks */
	const struct rules *rules; /* about nodes, of its user; NULL: none */
	unsigned int level;	   /* of x86-64 that it keeps to; 0: to none */
	int64_t moved[BALANCE_MOVES]; /* its last moves, latest first, ms; 0: none */
};

struct balance_node {
	uint16_t number;
	uint16_t cpus;
	uint32_t speed;	     /* of one CPU, index */
	uint32_t load;	     /* CPUs wanted, hundredths, guests included */
	uint32_t guest_load; /* of it, by guests */
	uint32_t mem_mib, free_mib;
	uint16_t pressure; /* memory, per mille */
	uint16_t guests, room;
	uint8_t guest_share; /* CPU weight of all guests; its own have 100 */
	bool leave;
	uint32_t age; /* of all this, ms */
	/* What we sent there and it cannot have told of yet. */
	uint32_t sent_load, sent_mib;
	uint32_t leaving_mib; /* of those that left, but still there; self only */
	bool avoid; /* it refused what we sent, or has another kernel build */
	unsigned int lacks; /* nobody who may use this level; 0: it lacks none */
};

struct balance_view {
	int64_t now; /* ms */
	/* Its load is exact: not smoothed, and without those that just left. */
	struct balance_node self;
	const struct balance_node *nodes; /* others, up to BALANCE_HOST_MS old */
	size_t n_nodes;
	const struct balance_process *processes;
	size_t n_processes;
	uint32_t move_ms, mib_us; /* costs as measured */
	uint32_t random;
};

enum balance_reason {
	BALANCE_NOTHING,
	BALANCE_CPU,
	BALANCE_MEMORY,
	BALANCE_HOME,
	BALANCE_LEAVE,
	BALANCE_CRAWL,
};

struct balance_move {
	enum balance_reason reason;
	size_t process; /* index */
	uint16_t to;	/* 0: home */
	int64_t gain;	/* expected, ms; 0 where it is not about time */
};

/* One move or none (reason BALANCE_NOTHING). */
struct balance_move balance_decide(const struct balance_view *view);
/* Where the first process would be best off if it wanted its CPUs and could go
 * anywhere at once: 0 is home. Where it is, if that is as good. */
uint16_t balance_best(const struct balance_view *view);
/* So many of the BALANCE_PROCESSES are for who is away, if there are so many. */
size_t balance_places_away(size_t home, size_t away);
/* Memory that has to stay free, MiB. */
int64_t balance_reserve(const struct balance_node *node);
/* Its memory, so that some of its processes should go. */
bool balance_is_short(const struct balance_node *node);
/* "it gets more CPU there" */
const char *balance_reason_text(enum balance_reason reason);

/* The last looks at something. */
struct balance_looks {
	uint32_t seen[BALANCE_LOOKS - 1];
};

/* One more look: the least of the last ones. */
uint32_t balance_look(struct balance_looks *looks, uint32_t seen);

/* Processes of which only is known how many were seen running or waiting, and what
 * they used since the last look, both hundredths of a CPU: how much CPU they want.
 * One look counts whole what wakes with the clock, as it does itself; but who got
 * at least `share` per cent of what he wanted wants no more than that much tells. */
uint32_t balance_wanted(uint32_t seen, uint32_t used, uint16_t cpus,
			uint32_t share);

/* What a node tells others: how many more guests it takes, and whether those that
 * are here shall go home. */
struct balance_host {
	uint16_t guest_limit; /* at most so many */
	bool blocked;	      /* by its administrator */
	bool owner_first;     /* guests leave when its own want their CPUs */
};

void balance_host(const struct balance_host *host,
		  const struct balance_node *self, bool was_leaving,
		  uint16_t *ret_room, bool *ret_leave);

#endif
