// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Node numbers: small, unique, stable while a node lives. A newcomer learns the
 * table, picks a free number and asks everybody for it (as in Ricart and
 * Agrawala's mutual exclusion); when two clusters with the same key meet, the
 * better claim to a number keeps it and the other node chooses again.
 */
#include <string.h>

#include "members_internal.h"

#define LISTEN_MS 8000	    /* nobody announces himself: alone */
#define LISTEN_BUSY_MS 2500 /* others are starting too */
#define LISTEN_DEAF_MS 5000 /* announced nodes do not answer */
#define LISTEN_TICK_MS 100  /* a tick that is later says nothing */
#define LISTEN_SLOWLY 10    /* but so many times as long is enough */
#define SYNC_MS 600
#define SYNC_TRIES 5
#define VERDICT_MS 400
#define GRANT_MS 3000
#define AGAIN_MS 100	 /* from a refusal to the next question */
#define SETTLED_MS 10000 /* nodes known for so long back a claim */

bool numbers_better(const struct node_claim *a, const struct node_id *a_id,
		    const struct node_claim *b, const struct node_id *b_id)
{
	if (a->weight != b->weight)
		return a->weight > b->weight;
	if (a->stamp != b->stamp)
		return a->stamp < b->stamp;
	return memcmp(a_id->bytes, b_id->bytes, NODE_ID_SIZE) < 0;
}

/* An up node's claim counts more than that of one who cannot be asked. */
static bool outranks(const struct node *a, const struct node *b)
{
	if (node_alive(a) != node_alive(b))
		return node_alive(a);
	return numbers_better(&a->claim, &a->id, &b->claim, &b->id);
}

static bool holds(const struct node *n, uint16_t number)
{
	return n->known && n->proved && n->status != NODE_LEFT &&
	       n->claim.number == number;
}

uint16_t members_number(const struct members *m, const struct node *n)
{
	if (n->claim.number == 0 || n->status == NODE_LEFT || !n->known)
		return 0;
	for (size_t i = 0; i < m->count; i++) {
		const struct node *o = m->list[i];

		if (o != n && holds(o, n->claim.number) && outranks(o, n))
			return 0;
	}
	return n->claim.number;
}

static bool granted_to_other(const struct members *m, uint16_t number,
			     const struct node_id *id)
{
	for (size_t i = 0; i < GRANTS; i++)
		if (m->grants[i].number == number &&
		    m->grants[i].until > m->now &&
		    !node_id_equal(&m->grants[i].id, id))
			return true;
	return false;
}

/* May a node have this number, as far as this table tells? The dead keep theirs
 * until they are forgotten, who left keeps it for a while (an agent that is
 * only restarted comes back); a node may take over from its own former self. */
static bool number_free(const struct members *m, uint16_t number,
			const struct node *whose)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct node *n = m->list[i];

		if (n != whose && n->proved && n->claim.number == number &&
		    !(same_machine(n, whose) && n->status != NODE_UP))
			return false;
	}
	return !granted_to_other(m, number, &whose->id);
}

/* The smallest free number after skipping some free ones; 0: none at all. */
static uint16_t smallest_free(const struct members *m, const struct node *whose,
			      size_t skip)
{
	/* Among count + GRANTS + skip + 1 numbers one is free. */
	for (uint32_t number = 1; number <= NODE_NUMBER_MAX; number++)
		if (number_free(m, (uint16_t)number, whose) && skip-- == 0)
			return (uint16_t)number;
	return 0;
}

static void enter(struct members *m, enum join_phase phase, int64_t timeout)
{
	m->join.phase = phase;
	m->join.deadline = m->now + timeout;
}

void numbers_start(struct members *m)
{
	if (m->join.phase != JOIN_WAIT)
		return;
	m->join.started = m->join.listened_at = m->now;
	/* The agent was restarted on a living node: it keeps its number. */
	if (m->self->n.claim.number) {
		enter(m, JOIN_DONE, 0);
		members_set_status(m, m->self, NODE_UP);
		return;
	}
	enter(m, JOIN_LISTEN, LISTEN_MS);
}

static bool has_number(const struct members *m, const struct node *n)
{
	return reachable(m, n) && n->claim.number != 0;
}

static void sync_send(struct members *m, const struct node *to, uint32_t index)
{
	struct wire_message msg = {
		.type = WIRE_SYNC,
		.request = m->join.request,
		.index = index,
	};

	members_send(m, to, &msg);
}

static bool sync_begin(struct members *m)
{
	struct node *member;

	if (!members_pick(m, &member, 1, has_number, NULL))
		return false;
	enter(m, JOIN_SYNC, SYNC_MS);
	m->join.member = member->id;
	m->join.request = members_request(m);
	sync_send(m, member, 0);
	return true;
}

static size_t rank_among_joiners(const struct members *m)
{
	size_t rank = 0;

	for (size_t i = 0; i < m->count; i++)
		if (reachable(m, m->list[i]) &&
		    m->list[i]->status == NODE_JOINING &&
		    memcmp(m->list[i]->id.bytes, m->self->n.id.bytes,
			   NODE_ID_SIZE) < 0)
			rank++;
	return rank;
}

static uint16_t choose(struct members *m)
{
	size_t rank = rank_among_joiners(m);
	uint16_t hint = m->join.hint;

	if (hint && number_free(m, hint, &m->self->n))
		return hint;
	/* Newcomers at the same time spread by the order of their ids. */
	if (m->join.tries == 0)
		return smallest_free(m, &m->self->n, rank);
	return smallest_free(m, &m->self->n,
			     m->io.random(m->io.userdata) %
				     (rank + m->join.tries));
}

static void settle(struct members *m)
{
	struct node *self = &m->self->n;

	self->claim = m->join.claim;
	self->beat++; /* a claim travels with a fresh beat */
	enter(m, JOIN_DONE, 0);
	m->join.tries = 0;
	members_set_status(m, m->self, NODE_UP);
	gossip_broadcast(m, BROADCAST);
}

static void ask(struct members *m)
{
	struct wire_message msg = { .type = WIRE_CLAIM };
	struct node *some[ASKED];
	size_t found = members_pick(m, some, ASKED, reachable, NULL);

	m->join.claim = (struct node_claim){
		.number = choose(m),
		.weight = (uint16_t)(found + 1),
		.stamp = m->real_ms,
	};
	m->join.tries++;
	m->join.n_asked = found;
	m->join.request = msg.request = members_request(m);
	msg.claim = m->join.claim;
	enter(m, JOIN_ASK, VERDICT_MS);
	if (msg.claim.number == 0)
		return; /* 65,535 nodes: stays a joiner */
	for (size_t i = 0; i < found; i++) {
		m->join.asked[i] = some[i]->id;
		members_send(m, some[i], &msg);
	}
	if (found == 0)
		settle(m);
}

void numbers_synced(struct members *m, const struct node_id *from,
		    uint32_t request, uint32_t next)
{
	const struct node *member = members_find(m, from);

	if (m->join.phase != JOIN_SYNC || request != m->join.request ||
	    !node_id_equal(from, &m->join.member))
		return;
	if (next != 0) {
		m->join.deadline = m->now + SYNC_MS;
		sync_send(m, member, next);
		return;
	}
	m->join.synced = true;
	ask(m);
}

/* What this PC was before its power was lost: it shall have it again, as soon
 * as its former self is known to be dead (which is being asked). */
static uint16_t former_number(const struct members *m, const struct node *whose)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct node *n = m->list[i];

		if (n == whose || !n->proved || !n->claim.number ||
		    n->met > whose->met || !same_machine(n, whose))
			continue;
		/* Unless both live: NICs with one address do exist. */
		if (n->heard < whose->met + PERIOD_MS)
			return n->claim.number;
	}
	return 0;
}

void numbers_claimed(struct members *m, struct peer *from,
		     const struct wire_message *msg)
{
	uint16_t number = msg->claim.number;
	uint16_t former = former_number(m, &from->n);
	bool rival = m->join.phase == JOIN_ASK &&
		     m->join.claim.number == number;
	struct wire_message verdict = {
		.type = WIRE_VERDICT,
		.request = msg->request,
	};

	verdict.granted = (!former || former == number) &&
			  number_free(m, number, &from->n);
	if (verdict.granted && rival)
		verdict.granted = numbers_better(&msg->claim, &from->n.id,
						 &m->join.claim,
						 &m->self->n.id);
	if (verdict.granted) {
		size_t slot = 0;

		for (size_t i = 0; i < GRANTS; i++)
			if (m->grants[i].until < m->grants[slot].until)
				slot = i;
		m->grants[slot] = (struct grant){
			.id = from->n.id,
			.number = number,
			.until = m->now + GRANT_MS,
		};
	} else {
		verdict.hint = former ? former : smallest_free(m, &from->n, 0);
	}
	members_send(m, &from->n, &verdict);
	if (verdict.granted && rival)
		ask(m);
}

static void refused(struct members *m, uint16_t hint, const struct node_id *by)
{
	/* Taken by somebody this table does not show? */
	if (hint != m->join.claim.number)
		m->grants[m->join.tries % GRANTS] = (struct grant){
			.id = *by,
			.number = m->join.claim.number,
			.until = m->now + GRANT_MS,
		};
	m->join.hint = hint;
	m->join.n_asked = 0;
	m->join.claim.number = 0;
	m->join.deadline = m->now + m->io.random(m->io.userdata) % AGAIN_MS;
}

void numbers_verdict(struct members *m, const struct wire_message *msg,
		     const struct node_id *from)
{
	if (m->join.phase != JOIN_ASK || msg->request != m->join.request)
		return;
	for (size_t i = 0; i < m->join.n_asked; i++) {
		if (!node_id_equal(&m->join.asked[i], from))
			continue;
		m->join.asked[i] = m->join.asked[--m->join.n_asked];
		if (!msg->granted) {
			refused(m, msg->hint, from);
		} else if (m->join.n_asked == 0) {
			settle(m);
		}
		return;
	}
}

/* Two clusters met, or a cut was healed. */
static void defend(struct members *m)
{
	struct node *self = &m->self->n;
	uint16_t numbered = 1;

	for (size_t i = 0; i < m->count; i++) {
		struct node *n = m->list[i];

		if (n == self || !node_alive(n))
			continue;
		/* Not those of a cluster we are only meeting now. */
		numbered += n->claim.number && m->now - n->met > SETTLED_MS;
		if (!holds(n, self->claim.number) || !outranks(n, self))
			continue;
		self->claim = (struct node_claim){ 0 };
		self->incarnation++;
		self->beat++;
		members_set_status(m, m->self, NODE_JOINING);
		gossip_broadcast(m, BROADCAST);
		ask(m);
		return;
	}
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i] != self && holds(m->list[i], self->claim.number))
			return; /* the rival learns of it first */
	if (numbered > self->claim.weight)
		self->claim.weight = numbered;
}

/* A PC that is too busy to run its agent hears as little as it says; so are,
 * mostly, the others of a room that is switched on. Only the time in which it
 * could have heard counts. */
static bool listened_for(struct members *m, int64_t ms)
{
	return m->join.listened >= ms ||
	       m->now - m->join.started >= LISTEN_SLOWLY * ms;
}

static void listen_tick(struct members *m)
{
	int64_t passed = m->now - m->join.listened_at;
	bool joiners = false, announced = false;

	m->join.listened += passed < LISTEN_TICK_MS ? passed : LISTEN_TICK_MS;
	m->join.listened_at = m->now;

	for (size_t i = 0; i < m->count; i++) {
		joiners |= reachable(m, m->list[i]);
		announced |= !m->list[i]->proved;
	}
	if (sync_begin(m))
		return;
	if (listened_for(m, joiners   ? LISTEN_BUSY_MS :
			    announced ? LISTEN_DEAF_MS :
					LISTEN_MS))
		ask(m);
}

void numbers_tick(struct members *m)
{
	switch (m->join.phase) {
	case JOIN_WAIT:
		break;
	case JOIN_LISTEN:
		listen_tick(m);
		break;
	case JOIN_SYNC:
		if (m->now < m->join.deadline)
			break;
		if (++m->join.tries >= SYNC_TRIES || !sync_begin(m)) {
			m->join.tries = 0;
			ask(m);
		}
		break;
	case JOIN_ASK:
		if (m->now < m->join.deadline)
			break;
		/* Who did not answer in time does not count: it will object
		 * by its own claim if it must. */
		if (m->join.claim.number == 0 ||
		    !number_free(m, m->join.claim.number, &m->self->n))
			ask(m);
		else
			settle(m);
		break;
	case JOIN_DONE:
		defend(m);
		break;
	}
}
