// SPDX-License-Identifier: GPL-2.0
/*
 * How much to ask for at a fault. After AMPoM (Ho, Wang, Lau: "Lightweight
 * Process Migration and Memory Prefetching in openMosix", IPDPS 2008): find the
 * stride of the faults, and let the number of pages grow as long as the guess is
 * right, shrink when it is not.
 */
#include <linux/mm.h>

#include "memory.h"

#define STRIDE_MAX	64	/* pages */
#define FOLLOWS_MAX	512	/* pages that came without having been asked for */

static bool take_away(struct tessera_memory *memory, unsigned long address)
{
	unsigned int bit = address >> PAGE_SHIFT & (STATE_CHUNK_PAGES - 1);
	struct tessera_chunk *chunk;

	chunk = xa_load(&memory->chunks, address >> TESSERA_CHUNK_SHIFT);
	if (!chunk || !test_bit(bit, chunk->home) || test_bit(bit, chunk->asked))
		return false;
	set_bit(bit, chunk->asked);
	return true;
}

static bool at_hand(struct tessera_memory *memory, unsigned long address)
{
	unsigned int bit = address >> PAGE_SHIFT & (STATE_CHUNK_PAGES - 1);
	struct tessera_chunk *chunk;

	chunk = xa_load(&memory->chunks, address >> TESSERA_CHUNK_SHIFT);
	return !chunk || !test_bit(bit, chunk->home) || test_bit(bit, chunk->asked);
}

/* Home pushes pages, too: whoever walks on behind them has not gone elsewhere. */
static bool follows(struct tessera_memory *memory, unsigned long address)
{
	unsigned long step = memory->stride * PAGE_SIZE, at = memory->expected;
	unsigned int n;

	for (n = 0; n < FOLLOWS_MAX && at < address && at_hand(memory, at); n++)
		at += step;
	return at == address;
}

static void guess(struct tessera_memory *memory, unsigned long address)
{
	long distance = (long)(address - memory->last) / (long)PAGE_SIZE;

	if (follows(memory, address)) {
		memory->window = min(2 * memory->window, (unsigned int)TESSERA_PAGES_MAX);
	} else if (distance > 0 && distance == memory->stride) {
		memory->window = max(memory->window, 2u);
	} else {
		memory->window = max(memory->window / 2, 2u);
		memory->stride = distance > 1 && distance <= STRIDE_MAX ? distance : 1;
	}
}

void tessera_prefetch(struct tessera_memory *memory, unsigned long address,
		      struct frame_page_req *ret)
{
	unsigned int n;

	lockdep_assert_held(&memory->lock);
	guess(memory, address);
	take_away(memory, address);
	for (n = 1; n < memory->window; n++) {
		if (!take_away(memory, address + n * memory->stride * PAGE_SIZE))
			break;
	}
	ret->address = address;
	ret->count = n;
	ret->stride = memory->stride;
	memory->last = address + (n - 1) * memory->stride * PAGE_SIZE;
	memory->expected = address + n * memory->stride * PAGE_SIZE;
}
