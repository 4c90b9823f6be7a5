// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Eight MiB of static data, in part never written.
 */
#include "harness.h"

#define SIZE (8 * MIB)
#define CHUNK (SIZE / 32)

static char data[SIZE], empty[SIZE];

int main(void)
{
	unsigned int i, k;

	fill(data, SIZE, 1);
	ready();
	wait_moved();
	CHECK(filled(data, SIZE, 1));
	for (k = 0; k < SIZE; k += 16 * PAGE)
		CHECK_EQ(empty[k], 0);
	for (i = 0; i < (unsigned int)ROUNDS; i++) {
		k = (1 + i % 31) * CHUNK;
		fill(data + k, CHUNK, i);
		compute(1000);
		CHECK(filled(data + k, CHUNK, i));
	}
	CHECK(filled(data, CHUNK, 1));
	return pass();
}
