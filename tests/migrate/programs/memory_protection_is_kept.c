// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What mprotect() forbids comes as SIGSEGV, and a handler that allows it lets the
 * instruction be repeated.
 */
#include "harness.h"

static volatile sig_atomic_t faults;
static char *page;

static void allow(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	CHECK(info->si_addr == page + 8);
	CHECK_EQ(info->si_code, SEGV_ACCERR);
	faults++;
	CHECK_EQ(mprotect(page, PAGE, PROT_READ | PROT_WRITE), 0);
}

int main(void)
{
	volatile uint64_t *word;
	unsigned int i;

	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	word = (uint64_t *)(page + 8);
	*word = 0;
	CHECK_EQ(mprotect(page, PAGE, PROT_READ), 0);
	handle(SIGSEGV, allow, 0);
	ready();
	wait_moved();
	for (i = 0; i < (unsigned int)ROUNDS; i++) {
		CHECK_EQ(faults, 2 * i);
		CHECK_EQ(*word, 2 * i);
		*word += 1;
		CHECK_EQ(faults, 2 * i + 1);
		CHECK_EQ(mprotect(page, PAGE, PROT_NONE), 0);
		CHECK_EQ(*word, 2 * i + 1); /* a read that faults */
		CHECK_EQ(faults, 2 * i + 2);
		*word += 1;
		CHECK_EQ(mprotect(page, PAGE, PROT_READ), 0);
	}
	return pass();
}
