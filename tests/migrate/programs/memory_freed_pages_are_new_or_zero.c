// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * After MADV_FREE a page has what was written last, or zeros: never again what it
 * had before the move.
 */
#include "harness.h"

#define PAGES 64
#define SIZE (PAGES * PAGE)

static char *p;

static void look(void *seed)
{
	int k;

	for (k = 0; k < PAGES; k++) {
		const char *page = p + k * PAGE;

		CHECK(is_zero(page, PAGE) || filled(page, PAGE, *(int *)seed));
	}
}

int main(void)
{
	int seed = 1, k;

	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED);
	for (k = 0; k < PAGES; k++)
		fill(p + k * PAGE, PAGE, seed);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		look(&seed); /* now home and host have the same */
		seed++;
		for (k = 0; k < PAGES; k++)
			fill(p + k * PAGE, PAGE, seed);
		CHECK_EQ(madvise(p, SIZE, MADV_FREE), 0);
		child_passed(child(look, &seed)); /* at home */
	}
	return pass();
}
