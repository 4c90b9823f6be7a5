/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who this node is: its key pair, its name, and what follows from the cluster
 * key: cluster id, address prefix, pre-shared keys, announcement MACs.
 */
#ifndef TESSERA_IDENTITY_H
#define TESSERA_IDENTITY_H

#include "node.h"

#define CLUSTER_KEY_SIZE 32
#define CLUSTER_ID_SIZE 5 /* the prefix is fd + these 40 bits + subnet 0 */
#define ANNOUNCE_MAC_SIZE 16

struct cluster {
	uint8_t key[CLUSTER_KEY_SIZE];
	uint8_t id[CLUSTER_ID_SIZE];
	uint8_t announce_key[32]; /* derived: MACs of mDNS records */
	uint8_t mesh_key[32];	  /* derived: pre-shared keys of pairs */
	struct in6_addr prefix;	  /* /64 */
	char source[128];	  /* where the key was found, for people */
};

struct identity {
	uint8_t secret[NODE_KEY_SIZE];
	struct node_id id;
	struct in6_addr address;
	struct node_info info;	 /* key, name, role, build, version */
	struct node_claim claim; /* survives a restart of the agent */
	uint32_t incarnation;
};

/* cluster_find() looks for the cluster key where key.c's list says. Returns 0,
 * -ENOENT when there is none anywhere, -EINVAL when the first one found is
 * damaged (ret->source then names the place). */
int cluster_find(struct cluster *ret);
/* cluster_from_key() derives everything else from 32 bytes. */
void cluster_from_key(struct cluster *ret, const uint8_t key[CLUSTER_KEY_SIZE]);
/* Text form: base64 of the 32 bytes, 44 characters. Parsing ignores white
 * space around it; -EINVAL when it is anything else, or all zeros. */
#define CLUSTER_KEY_TEXT 45
int cluster_key_parse(uint8_t ret[CLUSTER_KEY_SIZE], const char *text,
		      size_t len);
void cluster_key_format(char ret[CLUSTER_KEY_TEXT],
			const uint8_t key[CLUSTER_KEY_SIZE]);
/* cluster_key_new() writes a fresh key to path (0600, atomically, never over
 * an existing file unless force), and its directory if that alone is missing.
 * -EEXIST, or the error of the write. */
int cluster_key_new(const char *path, bool force, char ret[CLUSTER_KEY_TEXT]);

/* The address, id and pre-shared key of a node follow from its public key. */
void cluster_node_id(const uint8_t key[NODE_KEY_SIZE], struct node_id *ret);
void cluster_node_address(const struct cluster *c, const struct node_id *id,
			  struct in6_addr *ret);
/* The reverse: the node id in an address of this cluster; -EINVAL if foreign. */
int cluster_address_id(const struct cluster *c, const struct in6_addr *address,
		       struct node_id *ret);
void cluster_psk(const struct cluster *c, const uint8_t a[NODE_KEY_SIZE],
		 const uint8_t b[NODE_KEY_SIZE], uint8_t ret[32]);
void cluster_mac(const struct cluster *c, const void *data, size_t len,
		 uint8_t ret[ANNOUNCE_MAC_SIZE]);

/* identity_load() reads the state file (identity survives a restart of the
 * agent, not of the machine) or, without one or with a damaged one, makes a new
 * key pair. A state of another cluster keeps its key pair and loses its claim.
 * The incarnation is one more than the saved one, so save at once. Name from
 * tessera.name=, else the host name. Role, build and version are the caller's
 * to fill in: they are zero. Fails only without randomness. */
int identity_load(struct identity *ret, const char *state_file,
		  const struct cluster *c);
/* 0600, atomically; makes no directory. */
int identity_save(const struct identity *id, const char *state_file);
/* identity_destroy() wipes the secret. */
void identity_destroy(struct identity *id);
/* cluster_destroy() wipes the key and what follows from it. */
void cluster_destroy(struct cluster *c);

/* What the state file holds, and its text form: pure functions. */
struct identity_state {
	uint8_t secret[NODE_KEY_SIZE];
	uint8_t cluster[CLUSTER_ID_SIZE];
	struct node_claim claim;
	uint32_t incarnation;
};

#define IDENTITY_STATE_TEXT 512

/* -EINVAL: anything but exactly what identity_state_format() writes. */
int identity_state_parse(struct identity_state *ret, const char *text,
			 size_t len);
/* Returns the length of the text. */
size_t identity_state_format(char ret[IDENTITY_STATE_TEXT],
			     const struct identity_state *state);
/* A usable node name out of any text: its first label, with '-' for whatever a
 * label cannot hold; -EINVAL when nothing is left of it. */
int identity_name(char ret[NODE_NAME_MAX + 1], const char *text);

#endif
