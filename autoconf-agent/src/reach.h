/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a node can be reached: the endpoints it announced or others know, one
 * of which WireGuard uses. While a node is silent they are tried in turn.
 */
#ifndef TESSERA_REACH_H
#define TESSERA_REACH_H

#include "agent.h"

/* reach_offer() adds endpoints the node has by its own word or another's, and
 * makes it a peer of the mesh. Link-local addresses without a scope are tried
 * on each of our links. */
void reach_offer(struct agent *a, struct node *node,
		 const struct sockaddr_in6 *endpoints, size_t count);
/* reach_seen() adds an endpoint that was seen on a link of ours: those are
 * tried first. */
void reach_seen(struct agent *a, struct node *node,
		const struct sockaddr_in6 *endpoint, uint32_t link);
/* To be called at least once a second: silent nodes get their next endpoint. */
void reach_tick(struct agent *a, int64_t now);
/* What to tell others about a node; scopes are left out. */
size_t reach_endpoints(const struct agent *a, const struct node *node,
		       struct sockaddr_in6 ret[NODE_ENDPOINTS]);
/* Removes the node from the mesh and frees its list. */
void reach_forget(struct agent *a, struct node *node);
/* The endpoint in use, as text for people; "" when none. */
void reach_format(const struct node *node, char *ret, size_t size);

#endif
