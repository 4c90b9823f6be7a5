// SPDX-License-Identifier: GPL-2.0-or-later
#include "ledger.h"

static void note(struct ledger *l, const struct ledger_sent *sent)
{
	struct ledger_sent *oldest = &l->sent[0];

	for (size_t i = 1; i < LEDGER_SENT; i++)
		if (l->sent[i].at < oldest->at)
			oldest = &l->sent[i];
	*oldest = *sent;
}

void ledger_send(struct ledger *l, int64_t now, uint16_t node, uint32_t load,
		 uint32_t mib, bool from_home)
{
	note(l,
	     &(struct ledger_sent){ now, node, (int32_t)load, mib, from_home });
}

uint32_t ledger_leaving(const struct ledger *l, int64_t now, uint32_t mib_us)
{
	int64_t leaving = 0;

	for (size_t i = 0; i < LEDGER_SENT; i++) {
		const struct ledger_sent *s = &l->sent[i];
		int64_t gone = (now - s->at) * 1000 / (mib_us ? mib_us : 1);

		if (s->at && s->from_home && gone < s->mib)
			leaving += s->mib - gone;
	}
	return leaving > UINT32_MAX ? UINT32_MAX : (uint32_t)leaving;
}

void ledger_left(struct ledger *l, int64_t now, uint16_t node, uint32_t load)
{
	note(l, &(struct ledger_sent){ now, node, -(int32_t)load, 0, false });
}

static uint32_t less(uint32_t value, uint32_t by)
{
	return value > by ? value - by : 0;
}

void ledger_avoid(struct ledger *l, int64_t now, uint16_t node,
		  unsigned int lacks, int64_t until)
{
	struct ledger_avoided *place = &l->avoided[0];

	for (size_t i = 0; i < LEDGER_AVOIDED; i++) {
		struct ledger_avoided *old = &l->avoided[i];

		if (old->node == node && old->until && !old->lacks == !lacks) {
			place = old;
			/* Who lacks a low level lacks those above it. What is
			 * over may be of another PC that had this number. */
			if (old->until > now && old->lacks < lacks)
				lacks = old->lacks;
			break;
		}
		if (old->until < place->until)
			place = old;
	}
	*place = (struct ledger_avoided){ until, node, lacks };
}

static void avoided(struct balance_node *n, const struct ledger_avoided *a)
{
	if (!a->lacks)
		n->avoid = true;
	else
		n->lacks = a->lacks;
}

struct balance_node ledger_node(const struct ledger *l, int64_t now,
				uint16_t number, const struct node_load *load,
				uint32_t age)
{
	struct balance_node n = {
		.number = number,
		.cpus = load->cpus,
		.speed = load->speed,
		.load = load->load,
		.guest_load = load->guest_load,
		.mem_mib = load->mem_mib,
		.free_mib = load->free_mib,
		.pressure = load->pressure,
		.guests = load->guests,
		.room = load->room,
		.leave = load->leave,
		.guest_share = load->guest_share,
		.age = age,
	};

	uint32_t left = 0;

	for (size_t i = 0; i < LEDGER_SENT; i++) {
		const struct ledger_sent *s = &l->sent[i];

		if (!s->at || s->node != number)
			continue;
		if (now - age <= s->at && s->load > 0)
			n.sent_load += (uint32_t)s->load;
		else if (now - age <= s->at)
			left += (uint32_t)-s->load;
		if (now - s->at < LEDGER_MEMORY_MS)
			n.sent_mib += s->mib;
	}
	n.load = less(n.load, left);
	n.guest_load = less(n.guest_load, left);
	for (size_t i = 0; i < LEDGER_AVOIDED; i++)
		if (l->avoided[i].node == number && l->avoided[i].until > now)
			avoided(&n, &l->avoided[i]);
	return n;
}
