// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mapping may be longer than its file; what lies beyond is zero to the end of
 * the page, and then SIGBUS.
 */
#include <setjmp.h>

#include "harness.h"

static sigjmp_buf back;
static volatile char *address;

static void leave(int signal, siginfo_t *info, void *context)
{
	(void)context;
	CHECK_EQ(info->si_code, BUS_ADRERR);
	CHECK(info->si_addr == address);
	siglongjmp(back, signal);
}

int main(void)
{
	char *p;
	volatile int i;
	int fd = new_file("data", "content", 7);

	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED);
	handle(SIGBUS, leave, 0);
	address = p + PAGE + 8;
	ready();
	wait_moved();
	CHECK(memcmp(p, "content", 8) == 0);
	for (i = 0; i < ROUNDS / 4; i++)
		if (sigsetjmp(back, 1) == 0) {
			(void)*address;
			CHECK(!"a fault");
		}
	return pass();
}
