// SPDX-License-Identifier: GPL-2.0-or-later
/* What has grown away from home is one mapping there, too, and can grow again. */
#include "harness.h"

#define ROOM (64 * PAGE)

static char *p;

static void *grown(size_t from, size_t to)
{
	return mremap(p, from, to, 0);
}

static void grow_to_the_end(void *unused)
{
	(void)unused;
	CHECK(grown(ROOM / 2, ROOM) == p);
	CHECK(filled(p, ROOM / 4, 1));
	CHECK(filled(p + ROOM / 4, ROOM / 4, 2));
	CHECK(is_zero(p + ROOM / 2, ROOM / 2));
}

int main(void)
{
	p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED);
	CHECK_EQ(munmap(p + ROOM / 4, ROOM - ROOM / 4), 0);
	fill(p, ROOM / 4, 1);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		CHECK(grown(ROOM / 4, ROOM / 2) == p);
		fill(p + ROOM / 4, ROOM / 4, 2);
		/* brings us home */
		child_passed(child(grow_to_the_end, NULL));
		CHECK(mremap(p, ROOM / 2, ROOM / 4, 0) == p);
	}
	return pass();
}
