// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SWIM's failure detector with a ring instead of random targets: each period
 * every node asks its successor (the next larger id), so that every node is
 * asked every second. Who does not answer is asked through others, then
 * suspected, then, unless it objects, down.
 */
#include <string.h>

#include "members_internal.h"

/* Announcements, which anybody can replay, must not hold up the probing of
 * members. */
static struct probe *free_probe(struct members *m, const struct node *target)
{
	for (size_t i = target->proved ? 0 : PROBES_KEPT; i < PROBES; i++)
		if (m->probes[i].request == 0)
			return &m->probes[i];
	return NULL;
}

static void send_ping(struct members *m, const struct node *to,
		      uint32_t request)
{
	struct wire_message msg = { .type = WIRE_PING, .request = request };

	gossip_fill(m, &msg, to, 1);
	members_send(m, to, &msg);
}

void probe_node(struct members *m, struct peer *p)
{
	struct probe *probe = free_probe(m, &p->n);

	/* A suspect is asked again before an answer is overdue. */
	if (!probe || (p->probing && p->n.status != NODE_SUSPECT) ||
	    !p->n.known || p == m->self)
		return;
	*probe = (struct probe){
		.request = members_request(m),
		.target = p->n.id,
		.started = m->now,
		.deadline = m->now + DIRECT_MS,
	};
	p->probing = true;
	send_ping(m, &p->n, probe->request);
}

static void probe_done(struct members *m, struct probe *probe)
{
	struct peer *p = members_peer(m, &probe->target);

	if (p)
		p->probing = false;
	probe->request = 0;
}

void probe_acked(struct members *m, struct peer *from, uint32_t request)
{
	if (request == 0)
		return; /* news, not an answer */
	for (size_t i = 0; i < PROBES; i++)
		if (m->probes[i].request == request &&
		    node_id_equal(&m->probes[i].target, &from->n.id))
			probe_done(m, &m->probes[i]);
	for (size_t i = 0; i < RELAYS; i++) {
		struct relay *r = &m->relays[i];
		struct wire_message msg = {
			.type = WIRE_PROBED,
			.request = r->theirs,
			.count = 1,
			.ids = { r->target },
		};
		const struct node *asker;

		if (r->request != request ||
		    !node_id_equal(&r->target, &from->n.id))
			continue;
		r->request = 0;
		asker = members_find(m, &r->asker);
		if (asker)
			members_send(m, asker, &msg);
	}
}

void probe_relay(struct members *m, struct peer *asker,
		 const struct wire_message *msg)
{
	struct peer *target = members_peer(m, &msg->ids[0]);

	if (!target || target == m->self || !target->n.known)
		return;
	for (size_t i = 0; i < RELAYS; i++) {
		struct relay *r = &m->relays[i];

		if (r->request && r->deadline > m->now)
			continue;
		*r = (struct relay){
			.request = members_request(m),
			.theirs = msg->request,
			.asker = asker->n.id,
			.target = target->n.id,
			.deadline = m->now + INDIRECT_MS,
		};
		send_ping(m, &target->n, r->request);
		return;
	}
}

void probe_relayed(struct members *m, const struct wire_message *msg)
{
	struct peer *p = members_peer(m, &msg->ids[0]);

	for (size_t i = 0; i < PROBES; i++) {
		if (m->probes[i].request != msg->request || !p ||
		    !node_id_equal(&m->probes[i].target, &p->n.id))
			continue;
		probe_done(m, &m->probes[i]);
		/* Only our own way to it is broken. */
		if (p->n.status == NODE_SUSPECT || p->n.status == NODE_DOWN)
			members_alive(m, p);
	}
}

static void ask_others(struct members *m, const struct node *target,
		       uint32_t request)
{
	struct node *helpers[INDIRECT_COUNT];
	size_t found =
		members_pick(m, helpers, INDIRECT_COUNT, reachable, target);
	struct wire_message msg = {
		.type = WIRE_PROBE,
		.request = request,
		.count = 1,
		.ids = { target->id },
	};

	for (size_t i = 0; i < found; i++)
		members_send(m, helpers[i], &msg);
}

static int compare(const struct node *a, const struct node *b)
{
	return memcmp(a->id.bytes, b->id.bytes, NODE_ID_SIZE);
}

static bool is_down(const struct members *m, const struct node *n)
{
	return !is_self(m, n) && n->known &&
	       (n->status == NODE_DOWN || n->status == NODE_LEFT);
}

/* One of WATCHERS, on average: many nodes must not all ask a silent one. */
static bool on_watch(struct members *m)
{
	return m->io.random(m->io.userdata) % m->count < WATCHERS;
}

/* The next larger id among the nodes that live; the ring is closed. */
static void probe_successor(struct members *m)
{
	const struct node *first = NULL, *next = NULL;

	for (size_t i = 0; i < m->count; i++) {
		const struct node *n = m->list[i];

		if (!reachable(m, n) || n->status == NODE_SUSPECT)
			continue;
		if (!first || compare(n, first) < 0)
			first = n;
		if (compare(n, &m->self->n) > 0 &&
		    (!next || compare(n, next) < 0))
			next = n;
	}
	if (!next)
		next = first;
	if (next)
		probe_node(m, peer_of(next));
}

static void probe_expired(struct members *m, struct probe *probe)
{
	struct peer *p = members_peer(m, &probe->target);
	/* News of it came meanwhile: it lives. */
	bool silent = p && p->n.proved && p->n.status != NODE_LEFT &&
		      p->n.heard < probe->started && p->direct < probe->started;

	if (silent && !probe->indirect) {
		probe->indirect = true;
		probe->deadline = m->now + INDIRECT_MS;
		ask_others(m, &p->n, probe->request);
		return;
	}
	if (silent && (p->n.status == NODE_UP || p->n.status == NODE_JOINING)) {
		members_set_status(m, p, NODE_SUSPECT);
		probe_successor(m); /* the next one may have died with it */
		gossip_broadcast(m, BROADCAST);
	}
	probe_done(m, probe);
}

static void period(struct members *m)
{
	struct node *down;

	probe_successor(m);
	gossip_tick(m);
	/* The dead may have come back; so may the other half of the net. */
	if (on_watch(m) && members_pick(m, &down, 1, is_down, NULL))
		probe_node(m, peer_of(down));
}

/* Nodes that announced themselves but did not speak yet, and suspects. */
static void probe_due(struct members *m, struct peer *p)
{
	if (m->now < p->next_probe)
		return;
	if (p->n.status == NODE_SUSPECT) {
		p->next_probe = m->now + SUSPECT_PROBE_MS;
		if (!on_watch(m))
			return;
	} else if (!p->n.proved) {
		p->backoff = p->backoff ? p->backoff * 2 : PERIOD_MS;
		if (p->backoff > BACKOFF_MAX_MS)
			p->backoff = BACKOFF_MAX_MS;
		p->next_probe = m->now + p->backoff;
	} else {
		return;
	}
	probe_node(m, p);
}

void probe_tick(struct members *m)
{
	for (size_t i = 0; i < PROBES; i++)
		if (m->probes[i].request && m->now >= m->probes[i].deadline)
			probe_expired(m, &m->probes[i]);
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i] != &m->self->n)
			probe_due(m, peer_of(m->list[i]));
	if (m->now >= m->next_period) {
		m->next_period += PERIOD_MS;
		if (m->next_period <= m->now)
			m->next_period = m->now + PERIOD_MS;
		period(m);
	}
}
