// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Load entries alone: who tells whom, the window and the messages are the agent's,
 * but every node knows who else is there. For clusters that are too large for as
 * many tables as there are nodes in each of them.
 */
#include <stdlib.h>
#include <string.h>

#include "members_internal.h"
#include "sim.h"

struct board {
	struct window window;
	uint16_t who[WINDOW_SIZE];
	struct node_load load[WINDOW_SIZE];
};

static struct board *board_of(struct sim *sim, int node)
{
	return (struct board *)sim->gossip_data + node;
}

static void start(struct sim *sim)
{
	sim->gossip_data = calloc((size_t)sim->n_nodes, sizeof(struct board));
	if (!sim->gossip_data)
		abort();
}

static void finish(struct sim *sim)
{
	free(sim->gossip_data);
}

static void node_changed(struct sim *sim, int node, bool up)
{
	(void)up;
	memset(board_of(sim, node), 0, sizeof(struct board));
}

static struct node_entry entry_of(int node, const struct node_load *load,
				  int64_t age)
{
	struct node_entry e = {
		.incarnation = 1,
		.beat = 1,
		.status = NODE_UP,
		.age = (uint32_t)age,
		.claim = { .number = (uint16_t)(node + 1) },
		.load = *load,
	};

	e.id.bytes[0] = (uint8_t)(node + 1);
	e.id.bytes[1] = (uint8_t)((node + 1) >> 8);
	return e;
}

static void merge(struct sim *sim, int to, const struct node_entry *e)
{
	struct board *b = board_of(sim, to);
	int64_t heard = sim->now - e->age;
	uint16_t who = (uint16_t)(e->claim.number - 1);
	int slot = -1;

	if (who == to)
		return;
	for (size_t i = 0; i < b->window.count && slot < 0; i++)
		if (b->who[i] == who)
			slot = (int)i;
	if (slot >= 0 && b->window.heard[slot] >= heard)
		return;
	if (slot < 0)
		slot = window_take(&b->window, heard);
	if (slot < 0)
		return;
	b->window.heard[slot] = heard;
	b->who[slot] = who;
	b->load[slot] = e->load;
}

static uint32_t random_number(void *userdata)
{
	return sim_random(userdata);
}

static void send_to(struct sim *sim, int from, int to, enum wire_type type,
		    size_t fill)
{
	struct wire_message m = { .type = type, .count = 1 }, got;
	const struct board *b = board_of(sim, from);
	size_t slots[WIRE_ENTRIES], n = 0;
	uint8_t data[WIRE_MAX];
	int len;

	m.entries[0] = entry_of(from, &sim->nodes[from].load,
				sim->now - sim->nodes[from].measured);
	if (fill > 1)
		n = window_pick(&b->window, sim->now - WINDOW_TELL_MS, slots,
				fill, random_number, sim);
	for (size_t i = 0; i < n && m.count < fill; i++)
		if (b->who[slots[i]] != to)
			m.entries[m.count++] =
				entry_of(b->who[slots[i]], &b->load[slots[i]],
					 sim->now - b->window.heard[slots[i]]);
	len = wire_encode(&m, data);
	sim->nodes[from].bytes += (uint64_t)len + HEADERS;
	if (!sim->nodes[to].up)
		return;
	if (wire_decode(&got, data, (size_t)len) < 0)
		abort();
	for (size_t i = 0; i < got.count; i++)
		merge(sim, to, &got.entries[i]);
}

static void measured(struct sim *sim, int node)
{
	size_t fill = FILL + board_of(sim, node)->window.count / FILL_SHARE;
	int to = node;

	/* The next in the ring is asked, and answers. */
	do
		to = (to + 1) % sim->n_nodes;
	while (!sim->nodes[to].up);
	if (to == node)
		return;
	send_to(sim, node, to, WIRE_PING, 1);
	send_to(sim, to, node, WIRE_ACK, 1);
	do
		to = (int)(sim_random(sim) % (unsigned int)sim->n_nodes);
	while (!sim->nodes[to].up || to == node);
	send_to(sim, node, to, WIRE_ACK,
		fill < WIRE_ENTRIES ? fill : WIRE_ENTRIES);
}

static void tell(struct sim *sim, int node, int home)
{
	send_to(sim, node, home, WIRE_ACK, 1);
}

static void step(struct sim *sim)
{
	(void)sim;
}

static size_t known(struct sim *sim, int node, int64_t since,
		    struct balance_node ret[BALANCE_NODES])
{
	const struct board *b = board_of(sim, node);
	size_t n = 0;

	for (size_t i = 0; i < b->window.count; i++) {
		int64_t heard = b->window.heard[i];

		if (heard >= since)
			ret[n++] = ledger_node(&sim->nodes[node].ledger,
					       sim->now,
					       (uint16_t)(b->who[i] + 1),
					       &b->load[i],
					       (uint32_t)(sim->now - heard));
	}
	return n;
}

const struct gossip gossip_wide = {
	.start = start,
	.finish = finish,
	.node = node_changed,
	.measured = measured,
	.step = step,
	.tell = tell,
	.known = known,
};
