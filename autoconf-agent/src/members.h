/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Membership: who is in the cluster, who answers, who has which number.
 * SWIM's failure detector (Das, Gupta, Motivala, DSN 2002) with MOSIX's
 * dissemination of the freshest load entries on its messages. Pure: time,
 * randomness and sending are the caller's, so it can be simulated.
 */
#ifndef TESSERA_MEMBERS_H
#define TESSERA_MEMBERS_H

#include "identity.h"
#include "node.h"

struct members;

struct members_io {
	/* Hands a message to a node's address on tess0; may fail silently. */
	void (*send)(void *userdata, const struct node *to, const void *data,
		     size_t len);
	/* A node's status or number changed, or it was forgotten (status
	 * NODE_LEFT, gone true). self included. */
	void (*changed)(void *userdata, const struct node *node,
			enum node_status old, bool gone);
	/* Another member vouches for a node mDNS has not shown yet: the caller
	 * should make it reachable. endpoints is for the mesh. */
	void (*introduced)(void *userdata, struct node *node,
			   const struct sockaddr_in6 *endpoints, size_t count);
	/* Where a node can be reached, to tell others; returns how many. */
	size_t (*endpoints)(void *userdata, const struct node *node,
			    struct sockaddr_in6 ret[NODE_ENDPOINTS]);
	/* A fresh random number. */
	uint32_t (*random)(void *userdata);
	void *userdata;
};

/* members_new() starts with self alone and without a number, unless identity
 * brings the claim of the agent's last life. now is any monotonic ms clock,
 * real_ms stamps claims. */
int members_new(struct members **ret, const struct cluster *cluster,
		const struct identity *self, const struct members_io *io,
		int64_t now, uint64_t real_ms);
void members_free(struct members *m);

/* The clock moved: probes, suspicions, claims. Returns the ms until it wants
 * to be called again (1 to 1000). */
int members_tick(struct members *m, int64_t now, uint64_t real_ms);
/* A message that arrived on tess0 from the node with this id (proved by
 * WireGuard). -EBADMSG: malformed, nothing was changed; -ENOENT: from a node
 * never introduced. */
int members_receive(struct members *m, int64_t now, const struct node_id *from,
		    const void *data, size_t len);
/* mDNS proved a node's key and info: probe it. Returns the node, owned by m, or
 * NULL when there is no place for it: then it is to be introduced again. */
struct node *members_introduce(struct members *m, int64_t now,
			       const struct node_info *info);
/* The node's own fresh measure; raises its beat. */
void members_set_load(struct members *m, int64_t now,
		      const struct node_load *load);
/* Others can hear of this node from now on, and it of them: the listening time
 * before its claim starts. Only the first call counts. */
void members_start(struct members *m, int64_t now);
/* Tells everybody goodbye; the caller then stops. What self's claim is from
 * then on may be brought back by identity: a wish, worse than any true claim. */
void members_leave(struct members *m, int64_t now);

const struct node *members_self(const struct members *m);
struct node *members_find(struct members *m, const struct node_id *id);
/* All known nodes, self first; the array is valid until the next call into m. */
size_t members_list(const struct members *m, struct node *const **ret);
/* Of others, up to max whose load was measured since then: at most those in the
 * window of the freshest. Returns how many. */
size_t members_fresh(const struct members *m, int64_t since,
		     const struct node *ret[], size_t max);
/* Tells one node at once how this one does, as by a message of gossip. */
void members_tell(struct members *m, int64_t now, uint16_t number);
/* The number others should show for a node: its claim's, unless a better claim
 * of another node exists (then 0: it is about to choose another one). */
uint16_t members_number(const struct members *m, const struct node *n);

#endif
