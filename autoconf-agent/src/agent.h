/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent as a whole: its modules and what they share. One thread, one event
 * loop (sd-event); modules only talk through what is here.
 */
#ifndef TESSERA_AGENT_H
#define TESSERA_AGENT_H

#include <systemd/sd-event.h>

#include "identity.h"
#include "kernel.h"
#include "link_book.h"
#include "load.h"
#include "log.h"
#include "members.h"
#include "mesh.h"
#include "netmon.h"

#define AGENT_RUNTIME_DIR "/run/tessera"
#define AGENT_GOSSIP_PORT 7870
#define AGENT_LINK_PORT 7871
#define AGENT_SECOND_MS 1000

/* What was refused and what passed; shown by `tess status --json`. */
enum counter {
	COUNTER_MDNS_SEEN,	/* records resolved */
	COUNTER_MDNS_MALFORMED, /* not ours to understand */
	COUNTER_MDNS_OVERSIZED, /* larger than any record of ours */
	COUNTER_MDNS_FOREIGN,	/* MAC of another key, or none */
	COUNTER_MDNS_REPLAYED,	/* true record from a false address */
	COUNTER_GOSSIP_RECEIVED,
	COUNTER_GOSSIP_MALFORMED,
	COUNTER_GOSSIP_OVERSIZED,
	COUNTER_GOSSIP_STRANGER, /* from an address that is no member's */
	COUNTER_GOSSIP_SENT,
	COUNTER_GOSSIP_BYTES_IN,
	COUNTER_GOSSIP_BYTES_OUT,
	COUNTER_GOSSIP_UNSENT, /* the socket would not take it */
	COUNTER_CTL_MALFORMED,
	COUNTER_LINK_DIALED,
	COUNTER_LINK_FAILED, /* did not answer, or too many at once */
	COUNTER_LINK_ACCEPTED,
	COUNTER_LINK_STRANGER, /* with an address that is no live member's */
	COUNTER_LINK_REFUSED,  /* another kernel build */
	COUNTER_BALANCE_MOVED,
	COUNTER_BALANCE_REFUSED, /* a process, or the node it should go to */
	COUNTERS,
};

extern const char *const counter_names[COUNTERS]; /* "mdns_seen", … */

#define STRANGERS_MAX 64

/* Somebody who announces himself but did not prove the key. Named once in the
 * log; the oldest makes room. */
struct stranger {
	char name[NODE_NAME_MAX + 1];
	char address[64];
	char reason[64];
	uint64_t seen;	 /* records of his */
	int64_t last_ms; /* agent's clock */
};

enum agent_state {
	AGENT_NO_KEY,	  /* no cluster key anywhere: waits for one */
	AGENT_NO_NETWORK, /* no wired link with an address */
	AGENT_JOINING,	  /* has no number yet */
	AGENT_ALONE,	  /* has a number, sees nobody */
	AGENT_MEMBER,
};

struct balancer;
struct ctl;
struct links;
struct mdns;

struct agent {
	sd_event *event;
	enum node_role role;
	bool has_cluster;
	int cluster_error; /* why there is no cluster: negative errno */
	struct cluster cluster;
	struct identity self;
	struct members *members; /* NULL without a cluster */
	struct mesh *mesh;	 /* likewise */
	int mesh_error;		 /* why there is no mesh */
	unsigned int mesh_looks; /* of netmon, when the mesh was last checked */
	int firewall_error;
	struct netmon *netmon;
	struct load *load;
	struct guests guests; /* as of the last second */
	struct balancer *balancer;
	const char *balance;	     /* "on" or "off" */
	struct kernel *kernel;	     /* NULL on a kernel without Tessera */
	struct link_book *link_book; /* likewise */
	struct links *links;	     /* NULL without a mesh, too */
	int links_error;	     /* why there are no links */
	struct mdns *mdns;
	bool mdns_ready;	/* it announced us, and told who is there */
	const char *mdns_state; /* "running", "waiting for avahi-daemon", … */
	struct ctl *ctl;
	int gossip_fd; /* -1: none */
	sd_event_source *gossip_source, *timer;
	const char *state_file; /* identity across restarts of the agent */
	int64_t next_second, next_mdns, next_key;
	uint32_t speed; /* of one CPU, the best measured; 0: not yet */
	unsigned int speed_looks;
	int64_t next_speed;
	uint64_t counters[COUNTERS];
	struct stranger strangers[STRANGERS_MAX];
	size_t n_strangers;
	unsigned stranger_lines; /* logged in this minute */
	int64_t stranger_minute;
	/* Since the machine's start (CLOCK_BOOTTIME), ms; 0: not yet. */
	int64_t boot_started, boot_address, boot_member;
	int64_t boot_changed; /* when a node last came, went or changed */
};

int agent_new(struct agent *a, enum node_role role);
void agent_finish(struct agent *a);
/* Says goodbye to the cluster; agent_finish() follows. */
void agent_leave(struct agent *a);
/* The cluster is listened to, or cannot be: begin to join it. */
void agent_start_joining(struct agent *a);
/* Does what is due, and sets the time of the next tick. */
void agent_tick(struct agent *a);
/* Something happened that members should hear of: a tick as soon as the event
 * loop can. */
void agent_wake(struct agent *a);
/* Hands the node table to the kernel, if it changed. */
void agent_hand_nodes(struct agent *a);
enum agent_state agent_state(const struct agent *a);
const char *agent_state_name(enum agent_state state);
/* The agent's clock, CLOCK_BOOTTIME, and the real one, in ms: when the event
 * loop woke. */
int64_t agent_now(const struct agent *a);
uint64_t agent_real_ms(const struct agent *a);
/* A new or changed cluster key: leave the old cluster, join the new one.
 * 0 or the error of reading the key. */
int agent_reload_key(struct agent *a);
/* Counts a stranger's record and logs him the first time. */
void agent_stranger(struct agent *a, const char *name, const char *address,
		    const char *reason);

/* ctl.c: the unix socket for tess(1). */
int ctl_new(struct ctl **ret, struct agent *a, const char *path);
void ctl_free(struct ctl *ctl);
/* Something that `tess screen` shows changed: wake the watchers. */
void ctl_changed(struct ctl *ctl);

#endif
