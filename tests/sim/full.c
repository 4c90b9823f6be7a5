// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All of the membership protocol, a table of all nodes in each of them: what the
 * agent runs, with messages that take a step of the clock.
 */
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "sim.h"
#include "wire.h"

#define HASH 4096

struct packet {
	int from, to;
	size_t len;
	uint8_t data[WIRE_MAX];
};

struct box {
	struct sim *sim;
	struct members *members; /* NULL: off */
	struct identity identity;
	int64_t tick;
	int next; /* with the same hash */
};

struct net {
	struct cluster cluster;
	struct box *boxes;
	int hash[HASH];
	struct packet *now, *next; /* arrive in this step; in the next one */
	size_t n_now, n_next, room;
};

static struct net *net_of(const struct sim *sim)
{
	return sim->gossip_data;
}

static size_t hash_of(const struct node_id *id)
{
	return (id->bytes[0] | (size_t)id->bytes[1] << 8) % HASH;
}

static int find(const struct net *net, const struct node_id *id)
{
	int i = net->hash[hash_of(id)];

	while (i != NOBODY && !node_id_equal(&net->boxes[i].identity.id, id))
		i = net->boxes[i].next;
	return i;
}

static void io_send(void *userdata, const struct node *to, const void *data,
		    size_t len)
{
	struct box *box = userdata;
	struct net *net = net_of(box->sim);
	int self = (int)(box - net->boxes);
	struct packet *p;

	box->sim->nodes[self].bytes += len + HEADERS;
	if (net->n_next == net->room) {
		net->room = net->room ? net->room * 2 : 1024;
		net->now = reallocarray(net->now, net->room, sizeof(*p));
		net->next = reallocarray(net->next, net->room, sizeof(*p));
		if (!net->now || !net->next)
			abort();
	}
	p = &net->next[net->n_next++];
	p->from = self;
	p->to = find(net, &to->id);
	p->len = len;
	memcpy(p->data, data, len);
}

static void io_changed(void *userdata, const struct node *node,
		       enum node_status old, bool gone)
{
	(void)userdata, (void)node, (void)old, (void)gone;
}

static void io_introduced(void *userdata, struct node *node,
			  const struct sockaddr_in6 *endpoints, size_t count)
{
	(void)userdata, (void)node, (void)endpoints, (void)count;
}

static size_t io_endpoints(void *userdata, const struct node *node,
			   struct sockaddr_in6 ret[NODE_ENDPOINTS])
{
	(void)userdata, (void)node, (void)ret;
	return 0;
}

static uint32_t io_random(void *userdata)
{
	return sim_random(((struct box *)userdata)->sim);
}

static void boot(struct sim *sim, int node)
{
	struct net *net = net_of(sim);
	struct box *box = &net->boxes[node];
	const struct members_io io = { io_send,	     io_changed, io_introduced,
				       io_endpoints, io_random,	 box };
	struct identity *id = &box->identity;
	size_t slot;

	box->sim = sim;
	for (size_t k = 0; k < NODE_KEY_SIZE; k++)
		id->info.key[k] = (uint8_t)sim_random(sim);
	cluster_node_id(id->info.key, &id->id);
	memcpy(id->info.name, "node", 5);
	id->info.machine[0] = (uint8_t)(node + 1);
	id->info.machine[1] = (uint8_t)((node + 1) >> 8);
	id->info.role = NODE_ROLE_FULL;
	memcpy(id->info.version, "1", 2);
	slot = hash_of(&id->id);
	box->next = net->hash[slot];
	net->hash[slot] = node;
	if (members_new(&box->members, &net->cluster, id, &io, sim->now,
			(uint64_t)sim->now) < 0)
		abort();
	members_start(box->members, sim->now);
	box->tick = sim->now;
	/* mDNS tells it of all the others, and them of it. */
	for (int i = 0; i < sim->n_nodes; i++) {
		if (i == node || !net->boxes[i].members)
			continue;
		members_introduce(box->members, sim->now,
				  &net->boxes[i].identity.info);
		members_introduce(net->boxes[i].members, sim->now, &id->info);
	}
}

static void start(struct sim *sim)
{
	struct net *net = calloc(1, sizeof(*net));
	uint8_t key[CLUSTER_KEY_SIZE] = { 1 };

	if (!net)
		abort();
	sim->gossip_data = net;
	net->boxes = calloc((size_t)sim->n_nodes, sizeof(*net->boxes));
	if (!net->boxes)
		abort();
	cluster_from_key(&net->cluster, key);
	for (size_t i = 0; i < HASH; i++)
		net->hash[i] = NOBODY;
}

static void finish(struct sim *sim)
{
	struct net *net = net_of(sim);

	for (int i = 0; i < sim->n_nodes; i++)
		members_free(net->boxes[i].members);
	free(net->boxes);
	free(net->now);
	free(net->next);
	free(net);
}

static void node_changed(struct sim *sim, int node, bool up)
{
	struct box *box = &net_of(sim)->boxes[node];

	if (up)
		return; /* it boots when its second begins */
	members_free(box->members);
	box->members = NULL;
}

static void measured(struct sim *sim, int node)
{
	if (!net_of(sim)->boxes[node].members)
		boot(sim, node);
	members_set_load(net_of(sim)->boxes[node].members, sim->now,
			 &sim->nodes[node].load);
}

static void step(struct sim *sim)
{
	struct net *net = net_of(sim);
	struct packet *swap = net->now;

	net->now = net->next;
	net->n_now = net->n_next;
	net->next = swap;
	net->n_next = 0;
	for (size_t i = 0; i < net->n_now; i++) {
		const struct packet p = net->now[i];

		if (p.to == NOBODY || !net->boxes[p.to].members)
			continue;
		members_receive(net->boxes[p.to].members, sim->now,
				&net->boxes[p.from].identity.id, p.data, p.len);
		net->boxes[p.to].tick = sim->now;
	}
	for (int i = 0; i < sim->n_nodes; i++) {
		struct box *box = &net->boxes[i];

		if (box->members && sim->now >= box->tick)
			box->tick = sim->now + members_tick(box->members,
							    sim->now,
							    (uint64_t)sim->now);
	}
}

static void tell(struct sim *sim, int node, int home)
{
	struct net *net = net_of(sim);

	if (net->boxes[home].members)
		members_tell(
			net->boxes[node].members, sim->now,
			members_self(net->boxes[home].members)->claim.number);
}

static size_t known(struct sim *sim, int node, int64_t since,
		    struct balance_node ret[BALANCE_NODES])
{
	struct net *net = net_of(sim);
	struct members *members = net->boxes[node].members;
	const struct node *list[BALANCE_NODES];
	size_t n = members ?
			   members_fresh(members, since, list, BALANCE_NODES) :
			   0,
	       found = 0;

	for (size_t i = 0; i < n; i++) {
		int other = node_alive(list[i]) ? find(net, &list[i]->id) :
						  NOBODY;

		if (other != NOBODY)
			ret[found++] = ledger_node(
				&sim->nodes[node].ledger, sim->now,
				(uint16_t)(other + 1), &list[i]->load,
				(uint32_t)(sim->now - list[i]->heard));
	}
	return found;
}

const struct gossip gossip_full = {
	.start = start,
	.finish = finish,
	.node = node_changed,
	.measured = measured,
	.step = step,
	.tell = tell,
	.known = known,
};
