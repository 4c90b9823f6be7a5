// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is mapped after the move is zero, forwards or backwards, here and
 * at home, whatever calls have brought and mappings have held before.
 */
#include <malloc.h>

#include "harness.h"

#define DATA (64UL << 10)
#define BLOCK (8 * MIB)

static const size_t sizes[] = { 128UL << 10, 300UL << 10, MIB, 4 * MIB };
static char *fresh[2][COUNT(sizes)];
static char noise[DATA];

/* Calls whose results pass through the memory of those who forward them. */
static void bring_noise(int file, const int *pipe)
{
	static char in[DATA];
	int from = file;

	if (pipe) {
		CHECK_EQ(write(pipe[1], noise, DATA), DATA);
		from = pipe[0];
	} else {
		CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
	}
	memset(in, 0, DATA);
	CHECK_EQ(read(from, in, DATA), DATA);
	CHECK(memcmp(in, noise, DATA) == 0);
}

static void check_backwards(const char *memory, size_t size)
{
	while (size > 0) {
		size -= PAGE;
		CHECK(is_zero(memory + size, PAGE));
	}
}

static void map_fresh(char **memory, bool backwards)
{
	unsigned int i;

	for (i = 0; i < COUNT(sizes); i++) {
		memory[i] = mmap(NULL, sizes[i], PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(memory[i] != MAP_FAILED);
		if (backwards)
			check_backwards(memory[i], sizes[i]);
		else
			CHECK(is_zero(memory[i], sizes[i]));
	}
}

static void look(void *all)
{
	char **memory = all;
	unsigned int i;

	for (i = 0; i < COUNT(sizes); i++)
		CHECK(is_zero(memory[i], sizes[i]));
}

static void unmap(char **memory)
{
	unsigned int i;

	for (i = 0; i < COUNT(sizes) && memory[i]; i++) {
		memset(memory[i], 0xaa, sizes[i]); /* for who gets it next */
		CHECK_EQ(munmap(memory[i], sizes[i]), 0);
	}
}

/* First mapped, then from a heap that has just grown: malloc() trusts both. */
static void allocate(void)
{
	char *block = calloc(1, BLOCK);

	CHECK(block);
	CHECK(is_zero(block, BLOCK));
	memset(block, 0xaa, BLOCK);
	free(block);
	malloc_trim(0);
}

int main(void)
{
	int file, fds[2];
	unsigned int i;

	memset(noise, 0xaa, DATA);
	file = new_file("data", noise, DATA);
	CHECK_EQ(pipe(fds), 0);
	ready();
	wait_moved();
	for (i = 0; again(FEW_ROUNDS / 4); i++) {
		char **memory = fresh[i % 2];

		bring_noise(file, i & 1 ? fds : NULL);
		unmap(memory); /* what the round before the last has mapped */
		map_fresh(memory, i & 2);
		if (i % 8 == 7) /* brings us home */
			child_passed(child(look, memory));
		look(memory);
		allocate();
	}
	return pass();
}
