/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent knows of one node. Plain data: the codec fills it, the
 * membership machine judges it, ctl and the kernel table show it.
 */
#ifndef TESSERA_NODE_H
#define TESSERA_NODE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODE_ID_SIZE 8
#define NODE_KEY_SIZE 32
#define NODE_NAME_MAX 63
#define NODE_BUILD_SIZE 20
#define NODE_MACHINE_SIZE 8
#define NODE_ENDPOINTS 8
#define NODE_NUMBER_MAX 65535
#define NODE_SHARE_MOST 100 /* whoever sits here never comes second */
#define NODES_MAX 4096

/* The host part of a node's address, a hash of its public key. */
struct node_id {
	uint8_t bytes[NODE_ID_SIZE];
};

enum node_role {
	NODE_ROLE_FULL = 1,
	NODE_ROLE_DRONE = 2,
};

/* On the wire: never renumber. */
enum node_status {
	NODE_JOINING = 1, /* proved the key, has no number yet */
	NODE_UP = 2,
	NODE_SUSPECT = 3, /* did not answer; others are asked */
	NODE_DOWN = 4,	  /* declared dead; its number stays reserved */
	NODE_LEFT = 5,	  /* said goodbye */
};

/* What a node measures of itself once a second. */
struct node_load {
	uint16_t cpus;
	uint16_t util; /* busy share of all its CPUs, per mille */
	uint32_t load; /* runnable processes, hundredths, smoothed over ~5 s */
	uint16_t guest_load; /* what of it are guests; a new one counts whole */
	uint16_t guests;     /* processes of other nodes that are here */
	uint16_t room;	     /* so many more it takes; its own decision */
	uint8_t guest_share; /* CPU weight of all guests; its own have 100 */
	bool leave; /* guests shall go home: its owner needs what they use */
	uint16_t pressure; /* somebody waited for memory: per mille of ~10 s */
	uint32_t speed;	   /* index of one CPU; 1000 is the reference machine */
	uint32_t mem_mib;  /* memory */
	uint32_t free_mib; /* memory a new process could have */
};

/* What does not change while a node lives. */
struct node_info {
	uint8_t key[NODE_KEY_SIZE]; /* WireGuard public key */
	uint8_t build[NODE_BUILD_SIZE];
	uint8_t machine[NODE_MACHINE_SIZE]; /* same PC after a reboot; 0: ? */
	char name[NODE_NAME_MAX + 1];
	char version[16];
	enum node_role role;
};

/* Why a number belongs to a node when two claim it; see numbers.h. */
struct node_claim {
	uint16_t number; /* 0: none yet */
	uint16_t weight; /* most members it ever was with under this number */
	uint64_t stamp; /* when it was claimed, ms of the claimer's real time */
};

struct node {
	struct node_id id;
	struct node_info info;
	bool known;  /* info is valid */
	bool proved; /* it spoke on tess0, or a member vouched */
	enum node_status status;
	uint32_t incarnation; /* raised by the node itself to refute */
	uint32_t beat;	      /* counts the load measures; freshest wins */
	struct node_claim claim;
	struct node_load load;
	int64_t since; /* of this status; ms of the agent's clock */
	int64_t heard; /* when its last beat was measured; ms, 0 never */
	int64_t met;   /* when it was first seen; ms */
	struct in6_addr address; /* on tess0 */
	void *user;		 /* the caller's: mesh and mdns state */
};

/* An entry: what nodes tell each other about a node every second. */
struct node_entry {
	struct node_id id;
	uint32_t incarnation;
	uint32_t beat;
	enum node_status status;
	uint32_t age; /* ms since the beat was measured */
	struct node_claim claim;
	struct node_load load;
};

/* A record: what is told once, and where the node can be reached. */
struct node_record {
	struct node_info info;
	size_t n_endpoints;
	struct sockaddr_in6 endpoints[NODE_ENDPOINTS];
};

static inline bool node_id_equal(const struct node_id *a,
				 const struct node_id *b)
{
	return __builtin_memcmp(a->bytes, b->bytes, NODE_ID_SIZE) == 0;
}

/* A member that can be counted on: up, or only suspected. */
static inline bool node_alive(const struct node *n)
{
	return n->status == NODE_UP || n->status == NODE_SUSPECT;
}

const char *node_status_name(enum node_status status);
const char *node_role_name(enum node_role role);

#endif
