// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What mremap() has moved away leaves a hole: new memory in it is zero, and what
 * is moved into it is what was moved, also when the process is home again, where
 * the old content is still at that place.
 */
#include "harness.h"

#define GROWN (64 * MIB)

enum { TO_GROW, TO_LEAVE, TO_TAKE, TO_REST, PLACES };
static char *places[PLACES];
static char *grown; /* where the first one is now */

static void look(void *unused)
{
	(void)unused;
	CHECK(is_zero(places[TO_GROW], MIB));
	CHECK(filled(grown, MIB, TO_GROW));
	CHECK(is_zero(grown + GROWN - MIB, MIB));
	CHECK(filled(places[TO_LEAVE], MIB, TO_TAKE));
	CHECK(filled(places[TO_REST], MIB, TO_LEAVE));
}

static void move(char *from, size_t size, char *to)
{
	CHECK(mremap(from, size, MIB, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
}

static void make_hole_and_map(void)
{
	char *hole = places[TO_GROW];

	grown = mremap(hole, MIB, GROWN, MREMAP_MAYMOVE);
	CHECK(grown != MAP_FAILED && grown != hole);
	CHECK(mmap(hole, MIB, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == hole);
	CHECK(is_zero(hole, MIB));
}

/* Pages that are only read are not sent home if it has them. */
static void make_hole_and_fill_it(void)
{
	CHECK(filled(places[TO_LEAVE], MIB, TO_LEAVE));
	CHECK(filled(places[TO_TAKE], MIB, TO_TAKE));
	move(places[TO_LEAVE], MIB, places[TO_REST]);
	move(places[TO_TAKE], MIB, places[TO_LEAVE]);
}

static void put_back(void)
{
	CHECK_EQ(munmap(places[TO_GROW], MIB), 0);
	move(grown, GROWN, places[TO_GROW]);
	move(places[TO_LEAVE], MIB, places[TO_TAKE]);
	move(places[TO_REST], MIB, places[TO_LEAVE]);
}

int main(void)
{
	/* With something between them, so that none can grow where it is. */
	char *area = mmap(NULL, (2 * PLACES + 1) * MIB, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int i;

	CHECK(area != MAP_FAILED);
	for (i = 0; i < PLACES; i++) {
		places[i] = area + (2 * i + 1) * MIB;
		CHECK(mmap(places[i], MIB, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			   0) == places[i]);
		fill(places[i], MIB, i);
	}
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 4)) {
		make_hole_and_map();
		make_hole_and_fill_it();
		child_passed(child(look, NULL)); /* brings us home */
		look(NULL);
		put_back();
	}
	return pass();
}
