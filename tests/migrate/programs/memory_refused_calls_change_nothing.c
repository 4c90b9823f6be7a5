// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that would unmap, move or replace memory and are refused leave it as it
 * was, also where it has not been touched since the move.
 */
#include <sys/resource.h>

#include "harness.h"

#define SIZE (16 * PAGE)

static int fd; /* for reading only */
static char *hole;

static int of_mapping(const void *p)
{
	return p == MAP_FAILED ? -1 : 0;
}

static void unmap_unaligned(char *p)
{
	CHECK_ERRNO(munmap(p + 1, SIZE), EINVAL);
}

static void unmap_too_much(char *p)
{
	CHECK_ERRNO(munmap(p, 1UL << 62), EINVAL);
}

static void unmap_nothing(char *p)
{
	CHECK_ERRNO(munmap(p, 0), EINVAL);
}

static void grow_without_room(char *p)
{
	CHECK_ERRNO(of_mapping(mremap(p, SIZE, 2 * SIZE, 0)), ENOMEM);
}

static void move_onto_itself(char *p)
{
	CHECK_ERRNO(of_mapping(mremap(p, SIZE, SIZE,
				      MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE)),
		    EINVAL);
}

static void move_onto_its_end(char *p)
{
	/* What follows it, too. */
	CHECK_ERRNO(of_mapping(mremap(p, SIZE / 2, SIZE / 2,
				      MREMAP_MAYMOVE | MREMAP_FIXED,
				      p + SIZE / 2 - PAGE)),
		    EINVAL);
}

static void move_there_without_may(char *p)
{
	CHECK_ERRNO(of_mapping(mremap(p, SIZE / 2, SIZE / 2, MREMAP_FIXED,
				      p + SIZE / 2)),
		    EINVAL);
}

static void move_what_is_not_mapped(char *p)
{
	CHECK_ERRNO(of_mapping(mremap(hole, PAGE, PAGE,
				      MREMAP_MAYMOVE | MREMAP_FIXED, p)),
		    EFAULT);
}

static void move_to_the_unaligned(char *p)
{
	CHECK_ERRNO(of_mapping(mremap(p, SIZE, SIZE,
				      MREMAP_MAYMOVE | MREMAP_FIXED,
				      p + 2 * SIZE + 1)),
		    EINVAL);
}

static void move_the_unaligned(char *p)
{
	CHECK_ERRNO(of_mapping(mremap(p + SIZE + 1, SIZE, SIZE,
				      MREMAP_MAYMOVE | MREMAP_FIXED, p)),
		    EINVAL);
}

static void advise_nonsense(char *p)
{
	CHECK_ERRNO(madvise(p, SIZE, 12345), EINVAL);
	CHECK_ERRNO(madvise(p + 1, SIZE, MADV_DONTNEED), EINVAL);
}

static void replace(char *p, size_t size, int flags, int by, int error)
{
	CHECK_ERRNO(of_mapping(mmap(p, size, PROT_READ | PROT_WRITE,
				    flags | MAP_FIXED, by, 0)),
		    error);
}

static void replace_too_much(char *p)
{
	replace(p, -PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, ENOMEM);
}

/* Of more than it may have; the limit is as it was afterwards, at home. */
static void replace_beyond_the_limit(char *p)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	CHECK_EQ(setrlimit(RLIMIT_AS, &none), 0);
	replace(p, SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1, ENOMEM);
	CHECK_EQ(setrlimit(RLIMIT_AS, &all), 0);
}

/* The C library has a word for it first. */
static void replace_by_a_part_of_a_page(char *p)
{
	CHECK_ERRNO(syscall(SYS_mmap, p, SIZE, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 1),
		    EINVAL);
}

static void replace_by_no_file(char *p)
{
	replace(p, SIZE, MAP_PRIVATE, -1, EBADF);
}

static void replace_by_what_is_not_ours(char *p)
{
	replace(p, SIZE, MAP_SHARED, fd, EACCES);
}

static void (*const refused[])(char *p) = {
	unmap_unaligned,
	unmap_too_much,
	unmap_nothing,
	grow_without_room,
	move_onto_itself,
	move_onto_its_end,
	move_there_without_may,
	move_what_is_not_mapped,
	move_to_the_unaligned,
	move_the_unaligned,
	advise_nonsense,
	replace_too_much,
	replace_by_a_part_of_a_page,
	replace_beyond_the_limit,
	replace_by_no_file,
	replace_by_what_is_not_ours, /* last: files are mapped at home */
};

static void refuse(unsigned int i, char *p)
{
	refused[i](p);
	CHECK(filled(p, SIZE, i));
}

int main(void)
{
	/* One behind the other: each is in the way of the one before it. */
	char *area = mmap(NULL, (COUNT(refused) + 3) * SIZE,
			  PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	unsigned int i;

	CHECK(area != MAP_FAILED);
	hole = area + (COUNT(refused) + 2) * SIZE;
	CHECK_EQ(munmap(hole, SIZE), 0);
	CHECK_EQ(close(new_file("data", area, SIZE)), 0);
	fd = open("data", O_RDONLY);
	for (i = 0; i < COUNT(refused); i++)
		fill(area + i * SIZE, SIZE, i);
	ready();
	wait_moved();
	for (i = 0; again(10 * COUNT(refused)); i++)
		refuse(i % COUNT(refused), area + i % COUNT(refused) * SIZE);
	return pass();
}
