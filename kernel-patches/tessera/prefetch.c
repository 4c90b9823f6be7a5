// SPDX-License-Identifier: GPL-2.0
/*
 * How much to ask for at a fault. After AMPoM (Ho, Wang, Lau: "Lightweight
 * Process Migration and Memory Prefetching in openMosix", IPDPS 2008): find the
 * stride of the faults, and let the number of pages grow as long as the guess is
 * right, shrink when it is not.
 */
#include <linux/mm.h>

#include "pages_internal.h"

#define STRIDE_MAX	64	/* pages */
#define FOLLOWS_MAX	512	/* pages that came without having been asked for */

/* The chunk of a page that is at home and not on its way; NULL: it is at hand. */
static struct tessera_chunk *chunk_away(struct tessera_memory *memory, unsigned long address,
					unsigned int *ret_bit)
{
	struct tessera_chunk *chunk;

	chunk = tessera_chunk_of(memory, address, ret_bit);
	return chunk && test_bit(*ret_bit, chunk->home) && !test_bit(*ret_bit, chunk->asked) ?
	       chunk : NULL;
}

static bool take_away(struct tessera_memory *memory, unsigned long address)
{
	struct tessera_chunk *chunk;
	unsigned int bit;

	chunk = chunk_away(memory, address, &bit);
	if (chunk)
		set_bit(bit, chunk->asked);
	return chunk;
}

/* Home pushes pages, too: whoever walks on behind them has not gone elsewhere. */
static bool follows(struct tessera_memory *memory, unsigned long address)
{
	unsigned long step = memory->stride * PAGE_SIZE, at = memory->expected;
	unsigned int n, bit;

	for (n = 0; n < FOLLOWS_MAX && at < address && !chunk_away(memory, at, &bit); n++)
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
