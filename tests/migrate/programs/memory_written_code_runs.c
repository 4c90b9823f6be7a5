// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Code that is written at run time is executed, and executed anew when it was
 * changed in place: what a just-in-time compiler does.
 */
#include "harness.h"

/* mov eax, imm32; ret */
static void write_code(uint8_t *at, uint32_t number)
{
	at[0] = 0xb8;
	memcpy(at + 1, &number, 4);
	at[5] = 0xc3;
}

static uint32_t call(const void *code)
{
	uint32_t (*function)(void);

	memcpy(&function, &code, sizeof(function));
	return function();
}

int main(void)
{
	const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
	uint8_t *old =
		mmap(NULL, PAGE, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *new;
	unsigned int i;

	write_code(old, 4711);
	ready();
	wait_moved();
	CHECK_EQ(call(old), 4711);
	for (i = 0; i < (unsigned int)ROUNDS; i++) {
		write_code(old, i);
		CHECK_EQ(call(old), i);
		new = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		write_code(new + 64, ~i);
		CHECK_EQ(mprotect(new, PAGE, PROT_READ | PROT_EXEC), 0);
		CHECK_EQ(call(new + 64), ~i);
		CHECK_EQ(munmap(new, PAGE), 0);
	}
	return pass();
}
