// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In a private mapping of a file, what was written and is thrown away by
 * MADV_DONTNEED is the file's again; a mapping that grows shows what follows in
 * the file.
 */
#include "harness.h"

#define PAGES 32
#define SIZE (PAGES * PAGE)

static char content[SIZE];
static char *whole, *growing;
static int fd;

static char *map(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

static void look(void *unused)
{
	(void)unused;
	CHECK(memcmp(whole, content, SIZE) == 0);
	CHECK(memcmp(growing, content, SIZE) == 0);
}

static void resize(size_t from, size_t to)
{
	growing = mremap(growing, from, to, MREMAP_MAYMOVE);
	CHECK(growing != MAP_FAILED);
}

int main(void)
{
	int i, k;

	fill(content, SIZE, 1);
	fd = new_file("data", content, SIZE);
	whole = map(SIZE);
	growing = map(SIZE / 2);
	for (k = 0; k < PAGES; k += 3)
		fill(whole + k * PAGE, PAGE, 2);
	ready();
	wait_moved();
	/* Nothing of it has been looked at since the move. */
	CHECK_EQ(madvise(whole, SIZE, MADV_DONTNEED), 0);
	resize(SIZE / 2, SIZE);
	look(NULL);
	for (i = 0; again(ROUNDS / 4); i++) {
		k = i * 7 % (PAGES - 1);
		fill(whole + k * PAGE, 2 * PAGE, 3);
		compute(1000);
		CHECK(filled(whole + k * PAGE, 2 * PAGE, 3));
		CHECK_EQ(madvise(whole + k * PAGE, 2 * PAGE, MADV_DONTNEED), 0);
		fill(growing + SIZE / 2, PAGE, 4);
		resize(SIZE, SIZE / 2);
		resize(SIZE / 2, SIZE);
		if (i % 8 == 7) /* brings us home */
			child_passed(child(look, NULL));
		look(NULL);
	}
	return pass();
}
