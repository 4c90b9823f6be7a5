/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of this node that could move: who they are, what they want, and
 * what became of them. Once a second /proc is looked at; what follows from two
 * looks is pure.
 */
#ifndef TESSERA_CANDIDATES_H
#define TESSERA_CANDIDATES_H

#include "balance.h"
#include "history.h"
#include "proc.h"
#include "rules.h"

/* So many could move: 450 bytes each, most of them for rules. More are not looked
 * at. */
#define CANDIDATES_TRACKED 16384
/* So many cannot become one: daemons, kernel threads. More are looked at each time. */
#define CANDIDATES_NONE 32768
#define CANDIDATES_USER 1000 /* users from here on are people */
#define CANDIDATES_NOBODY 65534
/* Guests are users of the kernel's own, from here on one for each home. */
#define CANDIDATES_GUESTS 0x7e550000u
#define CANDIDATES_HOMES 0x10000u
/* Who cannot become one is looked at again after so long, ms. */
#define CANDIDATES_SKIP_MS 30000
/* Who sleeps, or has been away for a while, is looked at again after so long, ms; a
 * little less than whole seconds, which are never quite as long. Where memory is short
 * all are. */
#define CANDIDATES_ASLEEP_MS 3500
#define CANDIDATES_AWAY_MS 2500
#define CANDIDATES_A_WHILE_MS 10000
/* A process that refused is asked again after so long, ms, and twice as long each
 * time; the same for one that came home by itself. */
#define CANDIDATES_AGAIN_MS 10000
#define CANDIDATES_AGAIN_MAX_MS 900000

/* How one did on the last node it was on. */
enum candidate_away {
	CANDIDATE_AWAY_UNKNOWN,
	CANDIDATE_AWAY_WELL,
	CANDIDATE_AWAY_CRAWLED, /* it waited for its home */
};

struct candidate {
	pid_t pid;
	uint64_t start; /* of its life; the number may be used again */
	char comm[16];
	uid_t uid;
	gid_t gid;
	int64_t looked; /* ms */
	uint64_t ticks, system_ticks, switches;
	uint32_t runnable;		/* threads, in the last look */
	uint32_t wants, used;		/* CPUs, hundredths, smoothed */
	uint32_t recent, recent_system; /* ticks of some seconds */
	uint64_t recent_calls;		/* forwarded meanwhile; away only */
	uint32_t calls; /* forwarded, for a second of CPU time; away only */
	enum candidate_away away;
	uint32_t wants_home; /* what it wanted when it left */
	uint32_t mem_mib;
	uint32_t there_mib; /* in use on its host when it came; 0: ? */
	bool came;	    /* lately: its host has not been looked at */
	uint16_t at;	    /* 0: home */
	bool ours;	    /* the balancer sent it there */
	bool ordered;	    /* to go: what is seen of it is on its way */
	bool came_home;	    /* and not by the balancer, in its last look */
	bool locked;
	bool ruled;  /* its rules were read; */
	bool secret; /* or cannot be: then it stays */
	struct rules rules;
	int64_t moved[BALANCE_MOVES]; /* latest first, ms */
	int64_t refuses;	      /* to move until then, ms */
	unsigned int refusals;
};

/* It is none, and not looked at again until then, ms. */
struct bystander {
	pid_t pid;
	int64_t until;
};

struct candidates {
	struct candidate *list; /* by PID */
	size_t count, room;
	struct bystander *none; /* by PID */
	size_t n_none, none_room;
	int64_t tick_ms;
	size_t turn;   /* of those that are away, if there are too many */
	bool sleepers; /* who sleeps could go, too: memory is short */
	struct history history; /* of those that ended */
};

/* What one look sees of a process. */
struct candidate_look {
	pid_t pid;
	struct proc_stat stat;
	uid_t uid;
	gid_t gid;
	uint32_t runnable;
	uint16_t at;
	bool locked;
	uint64_t switches; /* of its main thread; only while away */
	uint32_t page_size;
};

/* Pure: c is all zero in the first look. */
void candidate_see(struct candidate *c, int64_t now, int64_t tick_ms,
		   const struct candidate_look *look);
/* Nobody who moves: a kernel thread, a process of the system, a login shell. */
bool candidate_is_none(const struct candidate_look *look);
/* Time for another look. Pure. */
bool candidate_is_due(const struct candidate *c, int64_t now);
/* What its user wants for it: found is what rules_read() said. Pure. */
void candidate_ruled(struct candidate *c, const struct rules *rules, int found);
/* It moved, by our will. legs: 2 if from one node to another. */
void candidate_moved(struct candidate *c, int64_t now, uint16_t to, int legs);
/* How much memory was in use on its host when it came is known from now on. */
void candidate_host(struct candidate *c, const struct balance_node *host);
/* It did not, or came back by itself: asked again later. */
void candidate_refused(struct candidate *c, int64_t now);
/* As the decision sees it; false: not at all, as most of those who sleep. ret points to c's rules. */
bool candidate_process(const struct candidate *c, int64_t now, bool sleepers,
		       struct balance_process *ret);

/* Looks at /proc, for the sleepers if memory is short. -ENOMEM, or why /proc cannot
 * be read. */
int candidates_look(struct candidates *all, int64_t now, bool sleepers);
/* It may be another program by now, of the same name, or locked: whether the rules that
 * it has when it goes let it, at the level of those that were decided by. */
bool candidate_still_goes(struct candidate *c, uint16_t to);
struct candidate *candidates_find(const struct candidates *all, pid_t pid,
				  uint64_t start);
/* The indices of those the decision sees: at home those that want most CPU (the
 * largest, if memory is short), then those that are away, others in each call. */
size_t candidates_processes(struct candidates *all, int64_t now,
			    struct balance_process ret[BALANCE_PROCESSES],
			    size_t index[BALANCE_PROCESSES]);
void candidates_free(struct candidates *all);

#endif
