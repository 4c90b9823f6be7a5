// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Endpoints of nodes. WireGuard roams by itself to wherever a node's packets
 * come from; this list only matters until they come, and after they stop.
 */
#include "reach.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"

/* A suspect that does not answer its first probe is looked for elsewhere: the
 * suspicion may be another's, whose own way to it is broken. */
#define SURE_MS 700

static void offer_one(struct agent *a, struct paths *p,
		      const struct sockaddr_in6 *endpoint)
{
	const struct netmon_address *own;
	struct sockaddr_in6 scoped = *endpoint;
	size_t n;

	scoped.sin6_family = AF_INET6;
	if (!IN6_IS_ADDR_LINKLOCAL(&endpoint->sin6_addr))
		scoped.sin6_scope_id = 0;
	if (!IN6_IS_ADDR_LINKLOCAL(&endpoint->sin6_addr) ||
	    endpoint->sin6_scope_id) {
		paths_add(p, &scoped, 0);
		return;
	}
	n = netmon_addresses(a->netmon, &own);
	for (size_t i = 0; i < n; i++) {
		if (!IN6_IS_ADDR_LINKLOCAL(&own[i].address))
			continue;
		scoped.sin6_scope_id = own[i].ifindex;
		paths_add(p, &scoped, 0);
	}
}

static void use(struct agent *a, struct node *node, struct paths *p,
		size_t index)
{
	int err;

	paths_use(p, index, agent_now(a));
	err = mesh_peer_set(a->mesh, node->info.key, &p->list[index].endpoint);
	if (err < 0)
		agent_log(LOG_WARNING, "%s: cannot be made a peer: %s",
			  node->info.name, strerror(-err));
}

/* NULL: not one to be reached, or no memory. */
static struct paths *paths_of(struct agent *a, struct node *node)
{
	if (!a->mesh || !node->known || node == members_self(a->members))
		return NULL;
	if (!node->user)
		node->user = calloc(1, sizeof(struct paths));
	return node->user;
}

void reach_offer(struct agent *a, struct node *node,
		 const struct sockaddr_in6 *endpoints, size_t count)
{
	struct paths *p = paths_of(a, node);
	size_t had;

	if (!p)
		return;
	had = p->count;
	for (size_t i = 0; i < count; i++)
		offer_one(a, p, &endpoints[i]);
	if (had == 0 && p->count > 0)
		use(a, node, p, 0);
}

void reach_seen(struct agent *a, struct node *node,
		const struct sockaddr_in6 *endpoint, uint32_t link)
{
	struct paths *p = paths_of(a, node);
	bool first;

	if (!p)
		return;
	first = p->count == 0;
	paths_add(p, endpoint, link);
	if (first)
		use(a, node, p, 0);
}

struct location {
	const struct node *node;
	struct paths *paths;
};

static void on_peer(const struct mesh_peer *peer, void *userdata)
{
	struct location *l = userdata;
	int index;

	if (memcmp(peer->key, l->node->info.key, NODE_KEY_SIZE) != 0 ||
	    !peer->endpoint.sin6_port)
		return;
	paths_add(l->paths, &peer->endpoint, 0);
	index = paths_find(l->paths, &peer->endpoint);
	if (index >= 0)
		l->paths->current = (size_t)index;
}

/* WireGuard followed the node to wherever its last packet came from. */
static void locate(struct agent *a, const struct node *node, struct paths *p)
{
	struct location l = { node, p };

	(void)mesh_peers(a->mesh, on_peer, &l);
}

static void look_for(struct agent *a, struct node *node, struct paths *p,
		     int64_t now)
{
	int next;

	if (node->status == NODE_SUSPECT && now - node->since < SURE_MS)
		return;
	if (!p->trying && node->proved)
		locate(a, node, p);
	/* Hearsay leads astray a node that was only cut off for a moment: it
	 * has its time once nothing can be lost any more. */
	next = paths_next(p, now, node->proved, node->status != NODE_SUSPECT);
	if (next < 0)
		return;
	/* WireGuard lets five seconds pass between two handshakes with a peer;
	 * with a new one it begins at once. */
	if (!node->proved)
		(void)mesh_peer_remove(a->mesh, node->info.key);
	use(a, node, p, (size_t)next);
}

void reach_tick(struct agent *a, int64_t now)
{
	struct node *const *list;
	size_t count;

	if (!a->members || !a->mesh)
		return;
	count = members_list(a->members, &list);
	for (size_t i = 0; i < count; i++) {
		struct node *node = list[i];
		struct paths *p = node->user;

		if (!p)
			continue;
		if (!node->proved || node->status == NODE_SUSPECT ||
		    node->status == NODE_DOWN)
			look_for(a, node, p, now);
		else
			paths_answered(p);
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
	const struct paths *p = node->user;
	size_t count = 0;

	if (node == members_self(a->members))
		return own_endpoints(a, ret);
	for (size_t i = 0; p && i < p->count && count < NODE_ENDPOINTS; i++) {
		bool twice = false;

		ret[count] = p->list[i].endpoint;
		ret[count].sin6_scope_id = 0;
		for (size_t j = 0; j < count; j++)
			twice |= ret[j].sin6_port == ret[count].sin6_port &&
				 IN6_ARE_ADDR_EQUAL(&ret[j].sin6_addr,
						    &ret[count].sin6_addr);
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
	const struct paths *p = node->user;
	const struct sockaddr_in6 *e;
	char text[INET6_ADDRSTRLEN], scope[IF_NAMESIZE] = "";

	ret[0] = 0;
	if (!p || p->count == 0)
		return;
	e = &p->list[p->current].endpoint;
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
