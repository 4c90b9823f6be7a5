// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What shall not be in a core file is left out of it, wherever that was said.
 */
#include "harness.h"

#define SIZE (4 * PAGE)

/* Of the mapping at p: "dd" among what the kernel says of it. */
static bool left_out(const void *p)
{
	char line[512], start[32];
	bool found = false, out = false;
	FILE *maps = fopen("/proc/self/smaps", "r");

	CHECK(maps);
	snprintf(start, sizeof(start), "%lx-", (unsigned long)p);
	while (fgets(line, sizeof(line), maps)) {
		if (strncmp(line, start, strlen(start)) == 0)
			found = true;
		if (found && strncmp(line, "VmFlags:", 8) == 0) {
			out = strstr(line, " dd ");
			break;
		}
	}
	fclose(maps);
	CHECK(found);
	return out;
}

static char *map(void)
{
	char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void look(void *mappings)
{
	char **p = mappings;

	CHECK(left_out(p[0]));
	CHECK(left_out(p[1]));
	CHECK(!left_out(p[2]));
}

int main(void)
{
	char *p[3];

	/* Apart, or they would be one. */
	p[0] = map();
	CHECK_EQ(mprotect(map(), SIZE, PROT_NONE), 0);
	p[2] = map();
	CHECK_EQ(madvise(p[0], SIZE, MADV_DONTDUMP), 0);
	CHECK_EQ(madvise(p[2], SIZE, MADV_DONTDUMP), 0);
	ready();
	wait_moved();
	while (again(FEW_ROUNDS)) {
		p[1] = map();
		CHECK_EQ(madvise(p[1], SIZE, MADV_DONTDUMP), 0);
		CHECK_EQ(madvise(p[2], SIZE, MADV_DODUMP), 0);
		/* A child is born at home, and as its parent is there. */
		child_passed(child(look, p));
		CHECK_EQ(madvise(p[2], SIZE, MADV_DONTDUMP), 0);
		CHECK_EQ(munmap(p[1], SIZE), 0);
	}
	return pass();
}
