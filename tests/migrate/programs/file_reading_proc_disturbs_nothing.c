// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child at home reads the arguments, the environment and the memory of the
 * process from /proc, again and again: what it reads may be old, but the process
 * keeps what it has.
 */
#include <sys/prctl.h>

#include "harness.h"

#define SLICE (64UL << 10)
#define SLICES 64

static char data[SLICES * SLICE] __attribute__((aligned(PAGE)));
static char *mapped;
static char name[256];

static int open_of_parent(const char *file)
{
	char path[48];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", getppid(), file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static void read_text(const char *file, const char *word)
{
	char text[4096];
	int fd = open_of_parent(file);
	ssize_t got = read(fd, text, sizeof(text));

	CHECK(got > 0);
	CHECK(memmem(text, got, word, strlen(word)));
	close(fd);
}

/* Also what is not mapped there and then. */
static void read_all(void *unused)
{
	static char slice[SLICE];
	int fd = open_of_parent("mem"), i;

	(void)unused;
	read_text("cmdline", name);
	read_text("environ", "PATH=");
	for (i = 0; i < SLICES; i++)
		pread(fd, slice, SLICE, (uintptr_t)data + i * SLICE);
	pread(fd, slice, SLICE, (uintptr_t)mapped);
	close(fd);
}

static void map_anew(uint64_t seed)
{
	CHECK_EQ(munmap(mapped, SLICE), 0);
	CHECK(mmap(mapped, SLICE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == mapped);
	CHECK(is_zero(mapped, SLICE / 2));
	fill(mapped, SLICE / 2, seed);
}

int main(int argc, char **argv)
{
	unsigned int seeds[SLICES], i, k;
	pid_t reader;

	snprintf(name, sizeof(name), "%s", argv[0]);
	for (k = 0; k < SLICES; k++) {
		seeds[k] = k;
		fill(data + k * SLICE, SLICE, k);
	}
	mapped = mmap(NULL, SLICE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mapped != MAP_FAILED);
	reader = pester_by(read_all, NULL);
	prctl(PR_SET_PTRACER, reader); /* where only children may be read */
	pester(true);
	ready();
	for (i = 0; again(ROUNDS); i++) {
		k = i * 7 % SLICES;
		CHECK(filled(data + k * SLICE, SLICE, seeds[k]));
		seeds[k] += SLICES;
		fill(data + k * SLICE, SLICE, seeds[k]);
		map_anew(i);
		rest_ms(2);
		CHECK(filled(mapped, SLICE / 2, i));
		CHECK(is_zero(mapped + SLICE / 2, SLICE / 2));
		CHECK_EQ(argc, 1);
		CHECK(strcmp(argv[0], name) == 0);
		CHECK(strcmp(getenv("PATH"), "") != 0);
	}
	for (k = 0; k < SLICES; k++)
		CHECK(filled(data + k * SLICE, SLICE, seeds[k]));
	pester_end();
	return pass();
}
