/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node remembers of its own moves: what came to others and left them that
 * they cannot have told of yet, and who refused. Plain data.
 */
#ifndef TESSERA_LEDGER_H
#define TESSERA_LEDGER_H

#include "balance.h"
#include "node.h"

#define LEDGER_SENT 32
#define LEDGER_AVOIDED 64
/* Memory follows the process: so long it may not show in what its host tells, ms. */
#define LEDGER_MEMORY_MS 10000

struct ledger {
	struct ledger_sent {
		int64_t at; /* when it arrived, ms; 0: unused */
		uint16_t node;
		int32_t load; /* less than 0: it left */
		uint32_t mib;
		bool from_home; /* its memory was here */
	} sent[LEDGER_SENT];
	struct ledger_avoided {
		int64_t until; /* ms; 0: unused */
		uint16_t node;
		unsigned int lacks; /* 0: it is avoided by all */
	} avoided[LEDGER_AVOIDED];
};

/* A process with this load, hundredths of a CPU, went to a node now, from home or
 * from another node. */
void ledger_send(struct ledger *l, int64_t now, uint16_t node, uint32_t load,
		 uint32_t mib, bool from_home);
/* What is still here of the memory of those that went from home, MiB, when each
 * MiB takes so many µs. */
uint32_t ledger_leaving(const struct ledger *l, int64_t now, uint32_t mib_us);
/* It left that node now. */
void ledger_left(struct ledger *l, int64_t now, uint16_t node, uint32_t load);
/* Nothing goes there from now until then. lacks: only of what may use that level of
 * x86-64, or BALANCE_ANY_LEVEL. The soonest ends to make room. */
void ledger_avoid(struct ledger *l, int64_t now, uint16_t node,
		  unsigned int lacks, int64_t until);
/* A node as the decision sees it. age: of its load, ms. */
struct balance_node ledger_node(const struct ledger *l, int64_t now,
				uint16_t number, const struct node_load *load,
				uint32_t age);

#endif
