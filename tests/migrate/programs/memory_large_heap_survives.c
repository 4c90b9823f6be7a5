// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One block of eight MiB, read in an order that no prefetching guesses; it grows.
 */
#include "harness.h"

#define SIZE (8 * MIB)
#define PAGES (SIZE / PAGE)

int main(void)
{
	char *p = malloc(SIZE);
	unsigned int i, k;

	for (i = 0; i < PAGES; i++)
		fill(p + i * PAGE, PAGE, i);
	ready();
	wait_moved();
	for (i = 0; i < PAGES; i++) {
		k = (i * 769 + 5) % PAGES;
		CHECK(filled(p + k * PAGE, PAGE, k));
	}
	p = realloc(p, 2 * SIZE);
	CHECK(p);
	fill(p + SIZE, SIZE, 1);
	for (i = 0; i < PAGES; i++)
		CHECK(filled(p + i * PAGE, PAGE, i));
	CHECK(filled(p + SIZE, SIZE, 1));
	return pass();
}
