/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What members.c (table and messages), probe.c (failure detector), gossip.c
 * (what to tell whom) and numbers.c (node numbers) share.
 */
#ifndef TESSERA_MEMBERS_INTERNAL_H
#define TESSERA_MEMBERS_INTERNAL_H

#include "members.h"
#include "window.h"
#include "wire.h"

/* Times in ms. A node that is cut off for 5 s must not be lost, a dead one must
 * be known to all within 10 s: one period until somebody asks, two time-outs,
 * the suspicion. */
#define PERIOD_MS 1000
#define DIRECT_MS 400	     /* answer of the node itself */
#define INDIRECT_MS 400	     /* answer through others */
#define SUSPECT_MS 6000	     /* from suspicion to death */
#define SUSPECT_PROBE_MS 500 /* a suspect may clear itself this often */
#define FORGET_DOWN_MS 3600000
#define FORGET_LEFT_MS 30000
#define CANDIDATE_MS 300000	/* an announced node that never answers */
#define CANDIDATES_MAX 256	/* such nodes at once */
#define CANDIDATE_TURN_MS 10000 /* then it may have to make room */
#define UNKNOWN_MS 30000	/* a vouched node that nobody can name */
#define UNKNOWN_MAX 512		/* such nodes at once */
#define BACKOFF_MAX_MS 10000

#define INDIRECT_COUNT 3 /* helpers asked for an indirect probe */
#define WATCHERS 8	 /* so many nodes, on average, ask a silent one */
#define BROADCAST 8	 /* receivers of own urgent news */
#define PASS_ON 3	 /* and of others' */
/* Entries on a message of gossip, own included: the more nodes there are the more,
 * up to WIRE_ENTRIES, so that a room hears of all its nodes in 2 or 3 s. */
#define FILL 4
#define FILL_SHARE 8 /* one more for so many nodes */
#define NEWS 10	     /* at most, when there is news */

#define PROBES 64
#define PROBES_KEPT 16 /* of them for members */
#define RELAYS 32
#define GRANTS 64
#define ASKED 64
#define HASH 4096

struct peer {
	struct node n; /* first: a struct node * is a struct peer * */
	struct peer *hash_next;
	size_t index;	    /* in list */
	uint8_t spread;	    /* so many more messages carry its entry */
	int64_t direct;	    /* it last spoke to us; 0 never */
	int64_t deadline;   /* SUSPECT: then down */
	int64_t next_probe; /* candidates, suspects */
	int64_t backoff;
	bool probing;
	int slot; /* in the window; -1: not there */
};

struct probe {
	uint32_t request; /* 0: free */
	struct node_id target;
	int64_t started, deadline;
	bool indirect;
};

/* We ask a node for somebody else. */
struct relay {
	uint32_t request, theirs;
	struct node_id asker, target;
	int64_t deadline;
};

struct grant {
	struct node_id id;
	uint16_t number;
	int64_t until;
};

enum join_phase {
	JOIN_WAIT,   /* no address yet */
	JOIN_LISTEN, /* who is there? */
	JOIN_SYNC,   /* a member sends its table */
	JOIN_ASK,    /* may I have this number? */
	JOIN_DONE,
};

struct join {
	enum join_phase phase;
	int64_t started, deadline;
	int64_t listened, listened_at; /* LISTEN: for how long, up to when */
	bool synced;
	uint32_t request;
	struct node_id member; /* SYNC: of whom */
	unsigned tries;
	struct node_claim claim; /* ASK: what for; number 0: refused */
	uint16_t hint;		 /* what the refusal proposed */
	size_t n_asked;
	struct node_id asked[ASKED];
};

struct members {
	struct members_io io;
	struct cluster cluster;
	struct peer *self;
	struct node **list;
	size_t count, room;
	struct peer *hash[HASH];
	struct window window;
	struct peer *in_window[WINDOW_SIZE];
	int64_t now;
	uint64_t real_ms;
	int64_t next_period, next_who;
	uint32_t next_request;
	struct probe probes[PROBES];
	struct relay relays[RELAYS];
	struct grant grants[GRANTS];
	struct join join;
};

static inline struct peer *peer_of(const struct node *n)
{
	return (struct peer *)n;
}

static inline bool is_self(const struct members *m, const struct node *n)
{
	return &m->self->n == n;
}

/* Somebody to talk to: proved, and not given up. */
static inline bool reachable(const struct members *m, const struct node *n)
{
	return !is_self(m, n) && n->proved && n->known &&
	       (node_alive(n) || n->status == NODE_JOINING);
}

/* members.c */
/* The same PC, maybe under another key; a PC without an id is no other's. */
bool same_machine(const struct node *a, const struct node *b);
struct peer *members_peer(struct members *m, const struct node_id *id);
void members_set_status(struct members *m, struct peer *p,
			enum node_status status);
/* It was suspect or down, and answers. */
void members_alive(struct members *m, struct peer *p);
/* A node another member speaks of; NULL when the table is full. */
struct node *members_vouched(struct members *m, const struct node_id *id);
void members_forget(struct members *m, struct peer *p);
void members_send(struct members *m, const struct node *to,
		  const struct wire_message *msg);
uint32_t members_request(struct members *m);
/* Its load was measured lately: it is told on while that is fresh. */
void members_heard(struct members *m, struct peer *p);
/* Up to max random nodes for which the predicate holds. */
size_t members_pick(struct members *m, struct node *ret[], size_t max,
		    bool (*want)(const struct members *, const struct node *),
		    const struct node *except);

/* gossip.c */
/* Our entry, what we think of the receiver, news, and entries up to fill. */
void gossip_fill(struct members *m, struct wire_message *msg,
		 const struct node *to, size_t fill);
/* The freshest of what we know, to one random node. */
void gossip_tick(struct members *m);
void gossip_merge(struct members *m, struct peer *from,
		  const struct node_entry *e);
/* News: to so many random members at once. */
void gossip_broadcast(struct members *m, size_t receivers);
void gossip_send_table(struct members *m, const struct node *to,
		       uint32_t request, uint32_t from);
void gossip_send_records(struct members *m, const struct node *to,
			 const struct wire_message *who);
void gossip_ask_unknown(struct members *m);

/* probe.c */
void probe_tick(struct members *m);
void probe_node(struct members *m, struct peer *p);
void probe_acked(struct members *m, struct peer *from, uint32_t request);
void probe_relay(struct members *m, struct peer *asker,
		 const struct wire_message *msg);
void probe_relayed(struct members *m, const struct wire_message *msg);

/* numbers.c */
void numbers_start(struct members *m);
void numbers_tick(struct members *m);
void numbers_synced(struct members *m, const struct node_id *from,
		    uint32_t request, uint32_t next);
void numbers_claimed(struct members *m, struct peer *from,
		     const struct wire_message *msg);
void numbers_verdict(struct members *m, const struct wire_message *msg,
		     const struct node_id *from);
/* Whose claim to the same number is better? The one backed by the larger
 * community, then the older, then the smaller id: a total order. */
bool numbers_better(const struct node_claim *a, const struct node_id *a_id,
		    const struct node_claim *b, const struct node_id *b_id);

#endif
