// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of nodes, and the entry point for every message and tick.
 */
#include "members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "members_internal.h"

static size_t hash_slot(const struct node_id *id)
{
	/* Ids are hashes already. */
	return (id->bytes[0] | (size_t)id->bytes[1] << 8) % HASH;
}

struct peer *members_peer(struct members *m, const struct node_id *id)
{
	struct peer *p = m->hash[hash_slot(id)];

	while (p && !node_id_equal(&p->n.id, id))
		p = p->hash_next;
	return p;
}

struct node *members_find(struct members *m, const struct node_id *id)
{
	struct peer *p = members_peer(m, id);

	return p ? &p->n : NULL;
}

const struct node *members_self(const struct members *m)
{
	return &m->self->n;
}

size_t members_list(const struct members *m, struct node *const **ret)
{
	*ret = m->list;
	return m->count;
}

/* NULL when the table is full or memory is out. */
static struct peer *add(struct members *m, const struct node_id *id)
{
	struct peer *p;
	size_t slot = hash_slot(id);

	if (m->count >= NODES_MAX)
		return NULL;
	if (m->count == m->room) {
		size_t room = m->room ? m->room * 2 : 16;
		struct node **list = reallocarray(m->list, room, sizeof(*list));

		if (!list)
			return NULL;
		m->list = list;
		m->room = room;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->n.id = *id;
	p->n.status = NODE_JOINING;
	p->n.since = p->n.met = m->now;
	cluster_node_address(&m->cluster, id, &p->n.address);
	p->index = m->count;
	p->slot = -1;
	m->list[m->count++] = &p->n;
	p->hash_next = m->hash[slot];
	m->hash[slot] = p;
	return p;
}

struct node *members_vouched(struct members *m, const struct node_id *id)
{
	size_t unknown = 0;
	struct peer *p;

	for (size_t i = 0; i < m->count; i++)
		unknown += !m->list[i]->known;
	if (unknown >= UNKNOWN_MAX)
		return NULL;
	p = add(m, id);
	m->next_who = m->now;
	return p ? &p->n : NULL;
}

void members_heard(struct members *m, struct peer *p)
{
	if (p->slot < 0) {
		size_t count = m->window.count;

		p->slot = window_take(&m->window, p->n.heard);
		if (p->slot < 0)
			return;
		if (m->window.count == count)
			m->in_window[p->slot]->slot = -1;
		m->in_window[p->slot] = p;
	}
	m->window.heard[p->slot] = p->n.heard;
}

static void leave_window(struct members *m, struct peer *p)
{
	struct peer *last;

	if (p->slot < 0)
		return;
	last = m->in_window[window_drop(&m->window, (size_t)p->slot)];
	m->in_window[p->slot] = last;
	last->slot = p->slot;
	p->slot = -1;
}

void members_forget(struct members *m, struct peer *p)
{
	struct peer **link = &m->hash[hash_slot(&p->n.id)];

	leave_window(m, p);
	while (*link != p)
		link = &(*link)->hash_next;
	*link = p->hash_next;
	m->list[p->index] = m->list[--m->count];
	peer_of(m->list[p->index])->index = p->index;
	m->io.changed(m->io.userdata, &p->n, p->n.status, true);
	free(p);
}

static uint8_t spread_count(const struct members *m)
{
	uint8_t count = 3;

	for (size_t n = m->count; n > 1; n >>= 1)
		count += 3;
	return count;
}

void members_set_status(struct members *m, struct peer *p,
			enum node_status status)
{
	enum node_status old = p->n.status;

	if (old == status)
		return;
	p->n.status = status;
	p->n.since = m->now;
	p->spread = spread_count(m);
	p->deadline = m->now + SUSPECT_MS;
	p->next_probe = m->now;
	p->backoff = 0;
	m->io.changed(m->io.userdata, &p->n, old, false);
}

void members_alive(struct members *m, struct peer *p)
{
	members_set_status(m, p, p->n.claim.number ? NODE_UP : NODE_JOINING);
}

void members_tell(struct members *m, int64_t now, uint16_t number)
{
	struct wire_message msg = { .type = WIRE_ACK };

	m->now = now;
	for (size_t i = 0; i < m->count; i++) {
		struct node *n = m->list[i];

		if (n->claim.number != number || !reachable(m, n))
			continue;
		gossip_fill(m, &msg, n, 1);
		members_send(m, n, &msg);
		return;
	}
}

size_t members_fresh(const struct members *m, int64_t since,
		     const struct node *ret[], size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < m->window.count && n < max; i++)
		if (m->window.heard[i] >= since)
			ret[n++] = &m->in_window[i]->n;
	return n;
}

uint32_t members_request(struct members *m)
{
	if (++m->next_request == 0)
		m->next_request = 1;
	return m->next_request;
}

void members_send(struct members *m, const struct node *to,
		  const struct wire_message *msg)
{
	uint8_t buf[WIRE_MAX];
	int len = wire_encode(msg, buf);

	if (len > 0)
		m->io.send(m->io.userdata, to, buf, (size_t)len);
}

size_t members_pick(struct members *m, struct node *ret[], size_t max,
		    bool (*want)(const struct members *, const struct node *),
		    const struct node *except)
{
	size_t found = 0, seen = 0;

	/* Reservoir sampling (Vitter's algorithm R). */
	for (size_t i = 0; i < m->count; i++) {
		struct node *n = m->list[i];

		if (n == except || !want(m, n))
			continue;
		if (found < max) {
			ret[found++] = n;
		} else {
			size_t j = m->io.random(m->io.userdata) % (seen + 1);

			if (j < max)
				ret[j] = n;
		}
		seen++;
	}
	return found;
}

int members_new(struct members **ret, const struct cluster *cluster,
		const struct identity *self, const struct members_io *io,
		int64_t now, uint64_t real_ms)
{
	struct members *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->io = *io;
	m->cluster = *cluster;
	m->now = now;
	m->real_ms = real_ms;
	m->self = add(m, &self->id);
	if (!m->self) {
		members_free(m);
		return -ENOMEM;
	}
	m->self->n.info = self->info;
	m->self->n.known = m->self->n.proved = true;
	m->self->n.incarnation = self->incarnation ? self->incarnation : 1;
	m->self->n.claim = self->claim;
	m->next_request = io->random(io->userdata);
	m->next_period = now;
	*ret = m;
	return 0;
}

void members_free(struct members *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		free(m->list[i]);
	free(m->list);
	cluster_destroy(&m->cluster);
	free(m);
}

void members_start(struct members *m, int64_t now)
{
	m->now = now;
	numbers_start(m);
}

void members_set_load(struct members *m, int64_t now,
		      const struct node_load *load)
{
	m->now = now;
	m->self->n.load = *load;
	m->self->n.beat++;
	m->self->n.heard = m->now;
}

bool same_machine(const struct node *a, const struct node *b)
{
	static const uint8_t none[NODE_MACHINE_SIZE];

	return a->known && b->known &&
	       memcmp(a->info.machine, none, sizeof(none)) != 0 &&
	       memcmp(a->info.machine, b->info.machine, sizeof(none)) == 0;
}

/* A PC that came back after a power loss has a new key: its old self goes. */
static void supersede(struct members *m, struct peer *dead)
{
	const struct node *d = &dead->n;

	for (size_t i = 0; i < m->count; i++) {
		const struct node *n = m->list[i];

		if (n == d || !n->proved || n->met < d->met ||
		    (n->status != NODE_JOINING && n->status != NODE_UP) ||
		    !same_machine(n, d))
			continue;
		members_set_status(m, dead, NODE_LEFT);
		return;
	}
}

static void expire(struct members *m)
{
	for (size_t i = m->count; i-- > 0;) {
		struct peer *p = peer_of(m->list[i]);

		if (p == m->self)
			continue;
		if (p->n.status == NODE_SUSPECT && m->now >= p->deadline) {
			members_set_status(m, p, NODE_DOWN);
			gossip_broadcast(m, BROADCAST);
		}
		if (p->n.status == NODE_SUSPECT || p->n.status == NODE_DOWN)
			supersede(m, p);
		if ((p->n.status == NODE_DOWN &&
		     m->now - p->n.since > FORGET_DOWN_MS) ||
		    (p->n.status == NODE_LEFT &&
		     m->now - p->n.since > FORGET_LEFT_MS) ||
		    (!p->n.known && m->now - p->n.met > UNKNOWN_MS) ||
		    (!p->n.proved && m->now - p->n.met > CANDIDATE_MS))
			members_forget(m, p);
	}
}

int members_tick(struct members *m, int64_t now, uint64_t real_ms)
{
	int64_t next = now + PERIOD_MS;

	m->now = now;
	m->real_ms = real_ms;
	expire(m);
	probe_tick(m);
	numbers_tick(m);
	if (now >= m->next_who) {
		gossip_ask_unknown(m);
		m->next_who = now + PERIOD_MS;
	}

	if (m->next_period < next)
		next = m->next_period;
	if (m->join.phase != JOIN_DONE && m->join.phase != JOIN_WAIT &&
	    next > now + 50)
		next = now + 50;
	for (size_t i = 0; i < PROBES; i++)
		if (m->probes[i].request && m->probes[i].deadline < next)
			next = m->probes[i].deadline;
	for (size_t i = 0; i < m->count; i++) {
		struct peer *p = peer_of(m->list[i]);

		if ((p->n.status == NODE_SUSPECT || !p->n.proved) &&
		    p != m->self && p->next_probe < next)
			next = p->next_probe;
	}
	return next > now ? (int)(next - now) : 1;
}

/* Old announcements can be replayed, and each costs a place: so many have one
 * at a time, and leave it to others once they had their turn. */
static struct peer *add_candidate(struct members *m, const struct node_id *id)
{
	struct peer *oldest = NULL;
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++) {
		struct node *n = m->list[i];

		if (n->proved)
			continue;
		count++;
		if (!oldest || n->met < oldest->n.met)
			oldest = peer_of(n);
	}
	if (count >= CANDIDATES_MAX) {
		if (m->now - oldest->n.met < CANDIDATE_TURN_MS)
			return NULL;
		members_forget(m, oldest);
	}
	return add(m, id);
}

struct node *members_introduce(struct members *m, int64_t now,
			       const struct node_info *info)
{
	struct node_id id;
	struct peer *p;

	m->now = now;
	cluster_node_id(info->key, &id);
	p = members_peer(m, &id);
	if (!p)
		p = add_candidate(m, &id);
	if (!p)
		return NULL;
	if (p == m->self)
		return &p->n;
	if (!p->n.known) {
		p->n.info = *info;
		p->n.known = true;
		/* The same PC under an older key? Then see whether that one
		 * still lives. */
		for (size_t i = 0; i < m->count; i++)
			if (m->list[i] != &p->n && !is_self(m, m->list[i]) &&
			    same_machine(m->list[i], &p->n) &&
			    node_alive(m->list[i]))
				probe_node(m, peer_of(m->list[i]));
		if (p->n.proved)
			m->io.changed(m->io.userdata, &p->n, p->n.status,
				      false);
	}
	return &p->n;
}

static void receive_records(struct members *m, const struct wire_message *msg)
{
	for (size_t i = 0; i < msg->count; i++) {
		const struct node_record *r = &msg->records[i];
		struct node *n = members_introduce(m, m->now, &r->info);

		if (n && !is_self(m, n))
			m->io.introduced(m->io.userdata, n, r->endpoints,
					 r->n_endpoints);
	}
}

/* It spoke to us: it lives, whatever is said of it. */
static void direct_sign(struct members *m, struct peer *p)
{
	bool first = !p->n.proved;

	p->direct = m->now;
	p->n.proved = true;
	if (first && p->n.known)
		m->io.changed(m->io.userdata, &p->n, p->n.status, false);
	if (p->n.status == NODE_SUSPECT)
		members_alive(m, p);
}

int members_receive(struct members *m, int64_t now, const struct node_id *from,
		    const void *data, size_t len)
{
	struct peer *p = members_peer(m, from);
	struct wire_message msg, ack;
	int r;

	if (!p || p == m->self)
		return -ENOENT;
	r = wire_decode(&msg, data, len);
	if (r < 0)
		return -EBADMSG;
	m->now = now;
	if (msg.type != WIRE_LEAVE)
		direct_sign(m, p);

	switch (msg.type) {
	case WIRE_PING:
	case WIRE_ACK:
	case WIRE_TABLE:
		for (size_t i = 0; i < msg.count; i++)
			gossip_merge(m, p, &msg.entries[i]);
		if (msg.type == WIRE_PING) {
			ack.type = WIRE_ACK;
			ack.request = msg.request;
			gossip_fill(m, &ack, &p->n, 1);
			members_send(m, &p->n, &ack);
		} else if (msg.type == WIRE_ACK) {
			probe_acked(m, p, msg.request);
		} else {
			numbers_synced(m, from, msg.request, msg.index);
		}
		break;
	case WIRE_PROBE:
		probe_relay(m, p, &msg);
		break;
	case WIRE_PROBED:
		probe_relayed(m, &msg);
		break;
	case WIRE_SYNC:
		gossip_send_table(m, &p->n, msg.request, msg.index);
		break;
	case WIRE_WHO:
		gossip_send_records(m, &p->n, &msg);
		break;
	case WIRE_RECORDS_ARE:
		receive_records(m, &msg);
		break;
	case WIRE_CLAIM:
		numbers_claimed(m, p, &msg);
		break;
	case WIRE_VERDICT:
		numbers_verdict(m, &msg, from);
		break;
	case WIRE_LEAVE:
		members_set_status(m, p, NODE_LEFT);
		gossip_broadcast(m, BROADCAST);
		break;
	}
	return 0;
}

void members_leave(struct members *m, int64_t now)
{
	struct wire_message msg = { .type = WIRE_LEAVE };

	m->now = now;
	for (size_t i = 0; i < m->count; i++)
		if (reachable(m, m->list[i]))
			members_send(m, m->list[i], &msg);
	/* The number may be given to another now, who then keeps it. */
	m->self->n.claim.weight = 0;
	m->self->n.claim.stamp = m->real_ms;
}
