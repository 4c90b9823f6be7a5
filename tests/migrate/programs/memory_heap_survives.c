// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many blocks of many sizes from malloc(), also resized and given back.
 */
#include "harness.h"

static struct {
	void *memory;
	size_t size;
	uint64_t seed;
} blocks[512];

static uint64_t next_random = 1;

static unsigned int random_below(unsigned int limit)
{
	next_random = next_random * 6364136223846793005 + 1442695040888963407;
	return (next_random >> 33) % limit;
}

static void renew(unsigned int k)
{
	size_t size = 8 * (1 + random_below(k % 32 ? 100 : 20000));

	if (blocks[k].memory)
		CHECK(filled(blocks[k].memory, blocks[k].size, blocks[k].seed));
	if (random_below(2)) {
		free(blocks[k].memory);
		blocks[k].memory = malloc(size);
	} else {
		blocks[k].memory = realloc(blocks[k].memory, size);
		if (blocks[k].size < size)
			CHECK(filled(blocks[k].memory, blocks[k].size,
				     blocks[k].seed));
	}
	CHECK(blocks[k].memory);
	blocks[k].size = size;
	blocks[k].seed = next_random;
	fill(blocks[k].memory, size, next_random);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < COUNT(blocks); i++)
		renew(i);
	ready();
	wait_moved();
	for (i = 0; i < 20u * ROUNDS; i++)
		renew(random_below(COUNT(blocks)));
	for (i = 0; i < COUNT(blocks); i++)
		CHECK(filled(blocks[i].memory, blocks[i].size, blocks[i].seed));
	return pass();
}
