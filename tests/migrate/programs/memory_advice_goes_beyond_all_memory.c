// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Advice for a range that ends where no memory can be fails, and is taken for
 * what there is of it: also for pages that are still at home.
 */
#include "harness.h"

/* At the end of all that user mode may have. */
#define PAGES 15
#define SIZE (PAGES * PAGE)
#define TOP (0x7ffffffff000 - SIZE)

int main(void)
{
	char *p = mmap((void *)TOP, SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		       0);
	int seed = 1;

	CHECK_EQ((uintptr_t)p, TOP);
	fill(p, SIZE, seed);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		CHECK_ERRNO(madvise(p, 1ul << 46, MADV_DONTNEED), ENOMEM);
		CHECK(is_zero(p, SIZE));
		fill(p, SIZE, ++seed);
		/* It ends before it begins: nothing is done. */
		CHECK_ERRNO(madvise(p, -(unsigned long)PAGE, MADV_DONTNEED),
			    EINVAL);
		CHECK(filled(p, SIZE, seed));
	}
	return pass();
}
