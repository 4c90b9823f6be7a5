// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is told to whom: entries on every probe, news first, and how another's
 * entry changes our view. The order of statuses within an incarnation is
 * SWIM's; docs/protocol.md draws it.
 */
#include <string.h>

#include "members_internal.h"

static struct node_entry entry_of(const struct members *m, const struct node *n)
{
	int64_t age = m->now - n->heard;

	return (struct node_entry){
		.id = n->id,
		.incarnation = n->incarnation,
		.beat = n->beat,
		.age = age < 0		  ? 0 :
		       age > WIRE_AGE_MAX ? WIRE_AGE_MAX :
					    (uint32_t)age,
		.status = n->status,
		.claim = n->claim,
		.load = n->load,
	};
}

/* Only whom we know ourselves: what nobody can name dies out. */
static bool tellable(const struct node *n)
{
	return n->known && n->proved && n->incarnation != 0;
}

static bool fresh(const struct members *m, const struct node *n)
{
	return !is_self(m, n) && tellable(n) && node_alive(n);
}

static bool listed(const struct wire_message *msg, const struct node *n)
{
	for (size_t i = 0; i < msg->count; i++)
		if (node_id_equal(&msg->entries[i].id, &n->id))
			return true;
	return false;
}

static void fill_fresh(struct members *m, struct wire_message *msg,
		       const struct node *to, size_t fill)
{
	size_t slots[WIRE_ENTRIES];
	size_t found = window_pick(&m->window, m->now - WINDOW_TELL_MS, slots,
				   fill, m->io.random, m->io.userdata);

	for (size_t i = 0; i < found && msg->count < fill; i++) {
		const struct node *n = &m->in_window[slots[i]]->n;

		if (n != to && fresh(m, n) && !listed(msg, n))
			msg->entries[msg->count++] = entry_of(m, n);
	}
}

void gossip_fill(struct members *m, struct wire_message *msg,
		 const struct node *to, size_t fill)
{
	msg->entries[0] = entry_of(m, &m->self->n);
	msg->count = 1;
	if (m->self->spread)
		m->self->spread--;
	/* The receiver learns what we think of it, so that it can object. */
	if (tellable(to) && to->status != NODE_UP && to->status != NODE_JOINING)
		msg->entries[msg->count++] = entry_of(m, to);
	for (size_t i = 0; i < m->count && msg->count < NEWS; i++) {
		struct peer *p = peer_of(m->list[i]);

		if (!p->spread || p == m->self || &p->n == to ||
		    !tellable(&p->n))
			continue;
		p->spread--;
		msg->entries[msg->count++] = entry_of(m, &p->n);
	}
	if (fill > msg->count)
		fill_fresh(m, msg, to, fill);
}

void gossip_broadcast(struct members *m, size_t receivers)
{
	struct node *some[BROADCAST];
	size_t found = members_pick(m, some, receivers, reachable, NULL);

	for (size_t i = 0; i < found; i++) {
		struct wire_message msg = { .type = WIRE_ACK };

		gossip_fill(m, &msg, some[i], 1);
		members_send(m, some[i], &msg);
	}
}

void gossip_tick(struct members *m)
{
	struct wire_message msg = { .type = WIRE_ACK };
	size_t fill = FILL + m->window.count / FILL_SHARE;
	struct node *one;

	if (!members_pick(m, &one, 1, reachable, NULL))
		return;
	gossip_fill(m, &msg, one, fill < WIRE_ENTRIES ? fill : WIRE_ENTRIES);
	members_send(m, one, &msg);
}

/* Somebody says we are not well: say so louder. */
static void refute(struct members *m, const struct node_entry *e)
{
	struct node *self = &m->self->n;

	if ((int32_t)(e->incarnation - self->incarnation) < 0)
		return;
	if (e->incarnation == self->incarnation &&
	    (e->status == NODE_UP || e->status == NODE_JOINING))
		return;
	self->incarnation = e->incarnation + 1;
	if (self->incarnation == 0)
		self->incarnation = 1;
	m->self->spread = 9;
	gossip_broadcast(m, BROADCAST);
}

void gossip_merge(struct members *m, struct peer *from,
		  const struct node_entry *e)
{
	struct peer *p = members_peer(m, &e->id);
	struct node *n;
	int32_t newer;
	bool own;

	if (p == m->self) {
		refute(m, e);
		return;
	}
	if (!p) {
		struct node *known;

		/* Vouched for by a member; gossip_ask_unknown() asks who it is. */
		if (e->status == NODE_LEFT || e->status == NODE_DOWN)
			return;
		known = members_vouched(m, &e->id);
		if (!known)
			return;
		p = peer_of(known);
	}
	n = &p->n;
	own = p == from;
	newer = n->incarnation ? (int32_t)(e->incarnation - n->incarnation) : 1;
	if (newer < 0)
		return;
	/* Hearsay does not beat what we just heard from the node itself,
	 * unless that was before a goodbye that was lost on its way here. */
	if (!own && newer == 0 && e->status > n->status &&
	    e->status != NODE_UP && e->status != NODE_LEFT && p->direct &&
	    m->now - p->direct < 1500)
		return;
	n->proved = true;
	if (newer > 0 || (int32_t)(e->beat - n->beat) > 0) {
		bool renumbered = n->claim.number != e->claim.number;

		n->beat = e->beat;
		n->load = e->load;
		n->claim = e->claim;
		n->heard = m->now - e->age;
		members_heard(m, p);
		if (renumbered)
			p->spread = 9;
		if (renumbered && n->status == e->status)
			m->io.changed(m->io.userdata, n, n->status, false);
	}
	if (newer > 0) {
		n->incarnation = e->incarnation;
		members_set_status(m, p, e->status);
		if (p->spread < 3)
			p->spread = 3;
	} else if (e->status > n->status) {
		members_set_status(m, p, e->status);
		/* All clocks of a suspicion shall start together. */
		if (e->status == NODE_SUSPECT || e->status == NODE_DOWN)
			gossip_broadcast(m, PASS_ON);
	}
}

void gossip_send_table(struct members *m, const struct node *to,
		       uint32_t request, uint32_t from)
{
	struct wire_message msg = {
		.type = WIRE_TABLE,
		.request = request,
	};
	uint32_t i;

	for (i = from; i < m->count && msg.count < WIRE_ENTRIES; i++)
		if (tellable(m->list[i]))
			msg.entries[msg.count++] = entry_of(m, m->list[i]);
	msg.index = i < m->count ? i : 0;
	members_send(m, to, &msg);
}

void gossip_send_records(struct members *m, const struct node *to,
			 const struct wire_message *who)
{
	struct wire_message msg = {
		.type = WIRE_RECORDS_ARE,
		.request = who->request,
	};

	for (size_t i = 0; i < who->count; i++) {
		const struct node *n = members_find(m, &who->ids[i]);
		struct node_record *r = &msg.records[msg.count];

		if (!n || !n->known || !n->proved)
			continue;
		r->info = n->info;
		r->n_endpoints =
			m->io.endpoints(m->io.userdata, n, r->endpoints);
		if (++msg.count == WIRE_RECORDS) {
			members_send(m, to, &msg);
			msg.count = 0;
		}
	}
	if (msg.count)
		members_send(m, to, &msg);
}

void gossip_ask_unknown(struct members *m)
{
	struct wire_message msg = { .type = WIRE_WHO };
	struct node *one;

	for (size_t i = 0; i < m->count && msg.count < 12; i++)
		if (!m->list[i]->known)
			msg.ids[msg.count++] = m->list[i]->id;
	if (!msg.count || !members_pick(m, &one, 1, reachable, NULL))
		return;
	msg.request = members_request(m);
	members_send(m, one, &msg);
}
