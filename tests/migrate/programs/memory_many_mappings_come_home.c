// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that makes more mappings than can be told of comes home while it still
 * can, and stays. (Who is moved all the time must not have too many.)
 */
#include "harness.h"

#define PAGES 36000UL /* each is a mapping of its own in the end */
#define FEW 3000UL
#define SOME 500

int main(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t pages, i;

	CHECK(p != MAP_FAILED);
	for (i = 0; i < PAGES; i += SOME)
		fill(p + i * PAGE, PAGE, i);
	ready();
	wait_moved();
	pages = wandering() ? FEW : PAGES;
	for (i = 0; i < pages; i += 2)
		CHECK_EQ(mprotect(p + i * PAGE, PAGE, PROT_READ), 0);
	for (i = 0; i < PAGES; i += SOME)
		CHECK(filled(p + i * PAGE, PAGE, i));
	return pass();
}
