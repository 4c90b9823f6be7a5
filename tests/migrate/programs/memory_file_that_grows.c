// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Behind the end of a mapped file is SIGBUS, and its content once it has grown:
 * also where the pages before it were read one after the other.
 */
#include <setjmp.h>

#include "harness.h"

#define PAGES 32
#define SIZE (PAGES * PAGE)

static sigjmp_buf back;
static char content[SIZE];

static void on_bus(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	CHECK_EQ(info->si_code, BUS_ADRERR);
	siglongjmp(back, 1);
}

static bool breaks(const char *p)
{
	if (sigsetjmp(back, 1))
		return true;
	(void)*(const volatile char *)p;
	return false;
}

int main(void)
{
	const size_t begin = 4 * PAGE;
	int fd = new_file("data", content, 0), i;
	const char *p;

	fill(content, SIZE, 1);
	CHECK_EQ(pwrite(fd, content, begin, 0), begin);
	p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	handle(SIGBUS, on_bus, 0);
	ready();
	wait_moved();
	CHECK(memcmp(p, content, begin) == 0);
	CHECK(breaks(p + SIZE - PAGE));
	CHECK(breaks(p + SIZE - PAGE));
	CHECK_EQ(pwrite(fd, content + begin, SIZE - begin, begin),
		 SIZE - begin);
	for (i = 0; again(ROUNDS); i++)
		CHECK(memcmp(p + i % PAGES * PAGE, content + i % PAGES * PAGE,
			     PAGE) == 0);
	CHECK(memcmp(p, content, SIZE) == 0);
	return pass();
}
