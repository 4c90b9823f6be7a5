// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A network of membership machines in one process.
 */
#include "simnet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define QUEUE 8192
#define MDNS_MS 1100 /* until others hear of a new node */

struct packet {
	int64_t at;
	struct node_id from, to;
	size_t sender;
	int group;
	size_t len;
	uint8_t data[WIRE_MAX];
};

struct box {
	struct simnet *sim;
	struct members *members; /* NULL: off */
	struct identity identity;
	int group;
	int64_t tick, announced, load;
	int64_t late; /* of each tick */
};

struct simnet {
	struct cluster cluster;
	struct box boxes[SIM_NODES];
	bool cut[SIM_NODES][SIM_NODES];
	struct packet *queue;
	size_t queued;
	int64_t now;
	unsigned loss;
	uint64_t bytes, pings;
	uint32_t random;
};

static uint32_t next_random(struct simnet *sim)
{
	/* Marsaglia's xorshift32. */
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 17;
	sim->random ^= sim->random << 5;
	return sim->random;
}

static uint32_t io_random(void *userdata)
{
	return next_random(((struct box *)userdata)->sim);
}

static void io_send(void *userdata, const struct node *to, const void *data,
		    size_t len)
{
	struct box *box = userdata;
	struct simnet *sim = box->sim;
	struct packet *p;

	sim->bytes += len + 142; /* headers, WireGuard's included */
	sim->pings += ((const uint8_t *)data)[5] == WIRE_PING;
	if (next_random(sim) % 1000 < sim->loss)
		return;
	assert_in_range(sim->queued, 0, QUEUE - 1);
	p = &sim->queue[sim->queued++];
	p->at = sim->now + 1 + next_random(sim) % 5;
	p->from = box->identity.id;
	p->sender = (size_t)(box - sim->boxes);
	p->group = box->group;
	p->to = to->id;
	p->len = len;
	memcpy(p->data, data, len);
}

static void io_changed(void *userdata, const struct node *node,
		       enum node_status old, bool gone)
{
	(void)userdata;
	(void)node;
	(void)old;
	(void)gone;
}

static void io_introduced(void *userdata, struct node *node,
			  const struct sockaddr_in6 *endpoints, size_t count)
{
	(void)userdata;
	(void)node;
	(void)endpoints;
	(void)count;
}

static size_t io_endpoints(void *userdata, const struct node *node,
			   struct sockaddr_in6 ret[NODE_ENDPOINTS])
{
	(void)userdata;
	(void)node;
	(void)ret;
	return 0;
}

struct simnet *sim_new(unsigned seed)
{
	struct simnet *sim = calloc(1, sizeof(*sim));
	uint8_t key[CLUSTER_KEY_SIZE] = { 1 };

	assert_non_null(sim);
	sim->queue = calloc(QUEUE, sizeof(*sim->queue));
	assert_non_null(sim->queue);
	sim->random = seed * 2654435761u + 1;
	sim->now = 1000;
	cluster_from_key(&sim->cluster, key);
	return sim;
}

void sim_free(struct simnet *sim)
{
	for (size_t i = 0; i < SIM_NODES; i++)
		members_free(sim->boxes[i].members);
	free(sim->queue);
	free(sim);
}

static void start(struct simnet *sim, struct box *box)
{
	const struct members_io io = {
		.send = io_send,
		.changed = io_changed,
		.introduced = io_introduced,
		.endpoints = io_endpoints,
		.random = io_random,
		.userdata = box,
	};

	box->announced = sim->now + MDNS_MS + next_random(sim) % 300;
	box->tick = box->load = sim->now;
	assert_int_equal(members_new(&box->members, &sim->cluster,
				     &box->identity, &io, sim->now,
				     (uint64_t)sim->now),
			 0);
	members_start(box->members, sim->now);
}

void sim_boot(struct simnet *sim, size_t i)
{
	struct box *box = &sim->boxes[i];
	struct identity *id = &box->identity;

	members_free(box->members);
	memset(id, 0, sizeof(*id));
	box->sim = sim;
	for (size_t k = 0; k < NODE_KEY_SIZE; k++)
		id->info.key[k] = (uint8_t)next_random(sim);
	cluster_node_id(id->info.key, &id->id);
	id->info.name[0] = (char)('a' + i % 26);
	id->info.machine[0] = (uint8_t)(i + 1);
	id->info.role = NODE_ROLE_DRONE;
	memcpy(id->info.version, "1", 2);
	start(sim, box);
}

void sim_kill(struct simnet *sim, size_t i)
{
	members_free(sim->boxes[i].members);
	sim->boxes[i].members = NULL;
}

void sim_leave(struct simnet *sim, size_t i)
{
	struct box *box = &sim->boxes[i];

	members_leave(box->members, sim->now);
	box->identity.claim = members_self(box->members)->claim;
	box->identity.incarnation = members_self(box->members)->incarnation + 1;
	sim_kill(sim, i);
}

void sim_return(struct simnet *sim, size_t i)
{
	start(sim, &sim->boxes[i]);
}

void sim_group(struct simnet *sim, size_t i, int group)
{
	sim->boxes[i].group = group;
}

void sim_cut(struct simnet *sim, size_t i, size_t j, bool cut)
{
	sim->cut[i][j] = sim->cut[j][i] = cut;
}

void sim_loss(struct simnet *sim, unsigned per_mille)
{
	sim->loss = per_mille;
}

static struct box *box_of(struct simnet *sim, const struct node_id *id)
{
	for (size_t i = 0; i < SIM_NODES; i++)
		if (sim->boxes[i].members &&
		    node_id_equal(&sim->boxes[i].identity.id, id))
			return &sim->boxes[i];
	return NULL;
}

static bool connected(const struct simnet *sim, const struct packet *p,
		      const struct box *to)
{
	return p->group == to->group && !sim->cut[p->sender][to - sim->boxes];
}

static void deliver(struct simnet *sim)
{
	for (size_t i = 0; i < sim->queued;) {
		struct packet p = sim->queue[i];
		struct box *to;

		if (p.at > sim->now) {
			i++;
			continue;
		}
		sim->queue[i] = sim->queue[--sim->queued];
		to = box_of(sim, &p.to);
		/* WireGuard: the receiver must know the sender's key. */
		if (!to || !connected(sim, &p, to) ||
		    !members_find(to->members, &p.from))
			continue;
		assert_int_equal(members_receive(to->members, sim->now, &p.from,
						 p.data, p.len),
				 0);
		to->tick = sim->now;
	}
}

/* What mDNS does: from its announcement on, everybody in its group hears. */
static void announce(struct simnet *sim)
{
	for (size_t i = 0; i < SIM_NODES; i++) {
		struct box *a = &sim->boxes[i];

		if (!a->members || sim->now < a->announced)
			continue;
		if ((sim->now - a->announced) % 5000)
			continue;
		for (size_t j = 0; j < SIM_NODES; j++) {
			struct box *b = &sim->boxes[j];

			if (j == i || !b->members || a->group != b->group)
				continue;
			members_introduce(b->members, sim->now,
					  &a->identity.info);
			if (sim->now >= b->announced)
				members_introduce(a->members, sim->now,
						  &b->identity.info);
		}
	}
}

static void check_view(struct box *box)
{
	struct node *const *list;
	size_t count = members_list(box->members, &list);
	uint16_t seen[NODES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		uint16_t number = members_number(box->members, list[i]);

		for (size_t j = 0; number && j < n; j++)
			assert_int_not_equal(seen[j], number);
		if (number)
			seen[n++] = number;
	}
}

static void step(struct simnet *sim)
{
	sim->now++;
	announce(sim);
	deliver(sim);
	for (size_t i = 0; i < SIM_NODES; i++) {
		struct box *box = &sim->boxes[i];
		const struct node_load load = { .cpus = 1 };

		if (!box->members)
			continue;
		if (sim->now >= box->load) {
			members_set_load(box->members, sim->now, &load);
			box->load += 1000;
		}
		if (sim->now >= box->tick)
			box->tick = sim->now + box->late +
				    members_tick(box->members, sim->now,
						 (uint64_t)sim->now);
		if (sim->now % 20 == 0)
			check_view(box);
	}
}

void sim_late(struct simnet *sim, size_t i, int64_t ms)
{
	sim->boxes[i].late = ms;
}

void sim_run(struct simnet *sim, int64_t ms)
{
	while (ms-- > 0)
		step(sim);
}

int64_t sim_until(struct simnet *sim, int64_t limit,
		  bool (*done)(struct simnet *sim))
{
	for (int64_t ms = 0; ms < limit; ms++) {
		if (done(sim))
			return ms;
		step(sim);
	}
	return -1;
}

struct members *sim_members(struct simnet *sim, size_t i)
{
	return sim->boxes[i].members;
}

enum node_status sim_status(struct simnet *sim, size_t i, size_t j)
{
	const struct node *n =
		members_find(sim->boxes[i].members, &sim->boxes[j].identity.id);

	return n && n->proved ? n->status : 0;
}

uint16_t sim_number(struct simnet *sim, size_t i, size_t j)
{
	const struct node *n =
		members_find(sim->boxes[i].members, &sim->boxes[j].identity.id);

	return n ? members_number(sim->boxes[i].members, n) : 0;
}

bool sim_agreed(struct simnet *sim)
{
	for (size_t i = 0; i < SIM_NODES; i++)
		for (size_t j = 0; j < SIM_NODES; j++)
			if (sim->boxes[i].members && sim->boxes[j].members &&
			    (sim_status(sim, i, j) != NODE_UP ||
			     !sim_number(sim, i, j) ||
			     sim_number(sim, i, j) != sim_number(sim, j, j)))
				return false;
	return true;
}

int64_t sim_now(struct simnet *sim)
{
	return sim->now;
}

uint64_t sim_bytes(struct simnet *sim)
{
	return sim->bytes;
}

uint64_t sim_pings(struct simnet *sim)
{
	return sim->pings;
}
