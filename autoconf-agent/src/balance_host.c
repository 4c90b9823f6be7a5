// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a node makes of its own measures: what is wanted of it, whether its memory
 * is short, and what it takes as a host.
 */
#include "balance.h"

/* --- measuring --- */

uint32_t balance_look(struct balance_looks *looks, uint32_t seen)
{
	uint32_t least = seen;

	for (size_t i = 0; i < BALANCE_LOOKS - 1; i++) {
		uint32_t before = looks->seen[i];

		looks->seen[i] = seen;
		seen = before;
		least = before < least ? before : least;
	}
	return least;
}

uint32_t balance_wanted(uint32_t seen, uint32_t used, uint16_t cpus,
			uint32_t share)
{
	uint64_t most = (uint64_t)used * 100 / (share ? share : 1);

	if (used >= (uint32_t)cpus * BALANCE_BUSY || most >= seen)
		return seen;
	return (uint32_t)most;
}

/* --- memory --- */

int64_t balance_reserve(const struct balance_node *n)
{
	int64_t share = n->mem_mib / BALANCE_RESERVE_SHARE;

	return share > BALANCE_RESERVE_MIB ? share : BALANCE_RESERVE_MIB;
}

bool balance_is_short(const struct balance_node *n)
{
	if (!n->mem_mib)
		return false;
	return n->free_mib < balance_reserve(n) ||
	       (n->pressure >= BALANCE_PRESSURE &&
		n->free_mib < BALANCE_PRESSURE_FREE * balance_reserve(n));
}

/* --- as a host --- */

void balance_host(const struct balance_host *host,
		  const struct balance_node *self, bool was_leaving,
		  uint16_t *ret_room, bool *ret_leave)
{
	double cpus = self->cpus ? self->cpus : 1;
	double own = self->load > self->guest_load ?
			     (self->load - self->guest_load) / 100.0 :
			     0;
	double idle = cpus - own - self->guest_load / 100.0;
	double noise = cpus * BALANCE_NOISE / 100;
	bool busy = host->owner_first && own >= cpus / 2;
	int64_t spare = self->free_mib - 2 * balance_reserve(self);
	bool leave = false;
	int64_t room;

	if (self->guests) {
		leave = balance_is_short(self);
		/* Not back at once: until there is room for what went. */
		if (was_leaving && !leave)
			leave = spare < 0;
		leave |= busy && idle < -noise;
	}
	room = spare / BALANCE_GUEST_MIB;
	if (room > (int64_t)host->guest_limit - self->guests)
		room = (int64_t)host->guest_limit - self->guests;
	/* One more than that, and they were asked to leave. */
	if (busy && room > idle + noise)
		room = (int64_t)(idle + noise);
	if (leave || host->blocked || room < 0)
		room = 0;
	*ret_leave = leave;
	*ret_room = (uint16_t)(room > UINT16_MAX ? UINT16_MAX : room);
}
