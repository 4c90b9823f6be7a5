// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A GiB of addresses of which a few pages are used.
 */
#include "harness.h"

#define SIZE (1024 * MIB)
#define STEP (16 * MIB)

int main(void)
{
	char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t at;
	int i;

	CHECK(p != MAP_FAILED);
	for (at = 0; at < SIZE; at += STEP)
		fill(p + at, PAGE, at);
	ready();
	wait_moved();
	for (i = 0; i < FEW_ROUNDS; i++)
		for (at = 0; at < SIZE; at += STEP) {
			CHECK(filled(p + at, PAGE, at));
			CHECK_EQ(p[at + (2 + i) * PAGE], 0);
		}
	CHECK_EQ(munmap(p, SIZE), 0);
	return pass();
}
