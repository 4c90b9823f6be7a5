// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Endpoints of nodes. WireGuard roams by itself to wherever a node's packets
 * come from; this list only matters until they come, and after they stop.
 */
#include "reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT_MS 2000 /* how long a silent endpoint is tried at first */
#define ROUNDS_MAX 3 /* each round through all of them takes twice as long */

struct reach {
	struct sockaddr_in6 candidates[REACH_CANDIDATES];
	size_t count, current;
	unsigned int rounds;
	int64_t switched;
};

static bool same_endpoint(const struct sockaddr_in6 *a,
			  const struct sockaddr_in6 *b)
{
	return a->sin6_port == b->sin6_port &&
	       a->sin6_scope_id == b->sin6_scope_id &&
	       IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr);
}

/* Returns whether it is new. */
static bool add(struct reach *r, const struct sockaddr_in6 *endpoint)
{
	for (size_t i = 0; i < r->count; i++)
		if (same_endpoint(&r->candidates[i], endpoint))
			return false;
	if (r->count == REACH_CANDIDATES) {
		memmove(r->candidates, r->candidates + 1,
			(REACH_CANDIDATES - 1) * sizeof(*r->candidates));
		r->count--;
		r->current -= r->current > 0;
	}
	r->candidates[r->count++] = *endpoint;
	return true;
}

static bool offer_one(struct agent *a, struct reach *r,
		      const struct sockaddr_in6 *endpoint)
{
	const struct netmon_address *own;
	struct sockaddr_in6 scoped = *endpoint;
	bool fresh = false;
	size_t n;

	scoped.sin6_family = AF_INET6;
	if (!IN6_IS_ADDR_LINKLOCAL(&endpoint->sin6_addr)) {
		scoped.sin6_scope_id = 0;
		return add(r, &scoped);
	}
	if (endpoint->sin6_scope_id)
		return add(r, &scoped);
	n = netmon_addresses(a->netmon, &own);
	for (size_t i = 0; i < n; i++) {
		if (!IN6_IS_ADDR_LINKLOCAL(&own[i].address))
			continue;
		scoped.sin6_scope_id = own[i].ifindex;
		fresh |= add(r, &scoped);
	}
	return fresh;
}

static void use(struct agent *a, struct node *node, struct reach *r,
		size_t index)
{
	int err;

	r->current = index;
	r->switched = agent_now();
	err = mesh_peer_set(a->mesh, node->info.key, &r->candidates[index]);
	if (err < 0)
		agent_log(LOG_WARNING, "%s: cannot be made a peer: %s",
			  node->info.name, strerror(-err));
}

void reach_offer(struct agent *a, struct node *node,
		 const struct sockaddr_in6 *endpoints, size_t count)
{
	struct reach *r = node->user;
	bool first = !r;
	size_t had;

	if (!a->mesh || !node->known || node == members_self(a->members))
		return;
	if (!r) {
		r = node->user = calloc(1, sizeof(*r));
		if (!r)
			return;
	}
	had = r->count;
	for (size_t i = 0; i < count; i++)
		offer_one(a, r, &endpoints[i]);
	if (r->count == 0)
		return;
	/* A known node that is silent: what is new is the best guess. */
	if (had == 0 || (r->count > had && node->status != NODE_UP &&
			 !(first && node->proved)))
		use(a, node, r, had < r->count ? had : r->count - 1);
}

void reach_tick(struct agent *a, int64_t now)
{
	struct node *const *list;
	size_t count;

	if (!a->members || !a->mesh)
		return;
	count = members_list(a->members, &list);
	for (size_t i = 0; i < count; i++) {
		struct reach *r = list[i]->user;
		bool silent = !list[i]->proved ||
			      list[i]->status == NODE_SUSPECT ||
			      list[i]->status == NODE_DOWN;

		if (r && !silent)
			r->rounds = 0;
		if (!r || !silent || r->count < 2 ||
		    now - r->switched < NEXT_MS << r->rounds)
			continue;
		if (r->current + 1 >= r->count && r->rounds < ROUNDS_MAX)
			r->rounds++;
		/* WireGuard lets five seconds pass between two handshakes with
		 * a peer; with a new one it begins at once. */
		if (!list[i]->proved)
			(void)mesh_peer_remove(a->mesh, list[i]->info.key);
		use(a, list[i], r, (r->current + 1) % r->count);
	}
}

static size_t own_endpoints(const struct agent *a,
			    struct sockaddr_in6 ret[NODE_ENDPOINTS])
{
	const struct netmon_address *own;
	size_t n = netmon_addresses(a->netmon, &own), count = 0;

	for (size_t i = 0; i < n && count < NODE_ENDPOINTS; i++)
		ret[count++] = (struct sockaddr_in6){
			.sin6_family = AF_INET6,
			.sin6_addr = own[i].address,
			.sin6_port = htons(MESH_PORT),
		};
	return count;
}

size_t reach_endpoints(const struct agent *a, const struct node *node,
		       struct sockaddr_in6 ret[NODE_ENDPOINTS])
{
	const struct reach *r = node->user;
	size_t count = 0;

	if (node == members_self(a->members))
		return own_endpoints(a, ret);
	for (size_t i = 0; r && i < r->count && count < NODE_ENDPOINTS; i++) {
		bool twice = false;

		ret[count] = r->candidates[i];
		ret[count].sin6_scope_id = 0;
		for (size_t j = 0; j < count; j++)
			twice |= same_endpoint(&ret[j], &ret[count]);
		count += !twice;
	}
	return count;
}

void reach_forget(struct agent *a, struct node *node)
{
	if (!node->user)
		return;
	if (a->mesh)
		mesh_peer_remove(a->mesh, node->info.key);
	free(node->user);
	node->user = NULL;
}

void reach_format(const struct node *node, char *ret, size_t size)
{
	const struct reach *r = node->user;
	const struct sockaddr_in6 *e;
	char text[INET6_ADDRSTRLEN], scope[IF_NAMESIZE] = "";

	ret[0] = 0;
	if (!r || r->count == 0)
		return;
	e = &r->candidates[r->current];
	if (IN6_IS_ADDR_V4MAPPED(&e->sin6_addr)) {
		inet_ntop(AF_INET, &e->sin6_addr.s6_addr[12], text,
			  sizeof(text));
		snprintf(ret, size, "%s:%u", text, ntohs(e->sin6_port));
		return;
	}
	inet_ntop(AF_INET6, &e->sin6_addr, text, sizeof(text));
	if (e->sin6_scope_id && if_indextoname(e->sin6_scope_id, scope))
		snprintf(ret, size, "[%s%%%s]:%u", text, scope,
			 ntohs(e->sin6_port));
	else
		snprintf(ret, size, "[%s]:%u", text, ntohs(e->sin6_port));
}
