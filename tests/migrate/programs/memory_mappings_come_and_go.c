// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mappings of changing size come and go; those that are there keep their content.
 */
#include "harness.h"

static struct {
	void *memory;
	size_t size;
	uint64_t seed;
} slots[16];

static void renew(unsigned int k, unsigned int i)
{
	if (slots[k].memory) {
		CHECK(filled(slots[k].memory, slots[k].size, slots[k].seed));
		CHECK_EQ(munmap(slots[k].memory, slots[k].size), 0);
	}
	slots[k].size = PAGE * (1 + i % 7);
	slots[k].seed = i;
	slots[k].memory = mmap(NULL, slots[k].size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(slots[k].memory != MAP_FAILED);
	CHECK_EQ(*(uint64_t *)slots[k].memory, 0);
	fill(slots[k].memory, slots[k].size, i);
}

int main(void)
{
	unsigned int i, k;

	for (k = 0; k < COUNT(slots); k++)
		renew(k, k);
	ready();
	wait_moved();
	for (i = 0; i < 4u * ROUNDS; i++)
		renew(i * 5 % COUNT(slots), i);
	for (k = 0; k < COUNT(slots); k++)
		CHECK(filled(slots[k].memory, slots[k].size, slots[k].seed));
	return pass();
}
