// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FS points to the thread's own block and GS to where it was set; both can be
 * set anew.
 */
#include <asm/prctl.h>

#include "harness.h"

static uint64_t areas[2][4] = { { 10, 11, 12, 13 }, { 20, 21, 22, 23 } };

static uint64_t gs_word(uint64_t offset)
{
	uint64_t word;

	asm volatile("mov %%gs:(%1), %0" : "=r"(word) : "r"(offset));
	return word;
}

static void *fs_word(void)
{
	void *word;

	asm volatile("mov %%fs:0, %0" : "=r"(word));
	return word;
}

static uint64_t base(int which)
{
	uint64_t address;

	CHECK_EQ(syscall(SYS_arch_prctl, which, &address), 0);
	return address;
}

int main(void)
{
	uint64_t fs = base(ARCH_GET_FS);
	int i = 0, k;

	CHECK_EQ(syscall(SYS_arch_prctl, ARCH_SET_GS, areas[0]), 0);
	ready();
	wait_moved();
	CHECK_EQ(gs_word(8), 11);
	while (again(ROUNDS)) {
		k = i++ % 2;
		CHECK_EQ(syscall(SYS_arch_prctl, ARCH_SET_GS, areas[k]), 0);
		compute(SPIN);
		CHECK_EQ(gs_word(16), areas[k][2]);
		CHECK_EQ(base(ARCH_GET_GS), (uint64_t)areas[k]);
		CHECK_EQ(base(ARCH_GET_FS), fs);
		CHECK(fs_word() == (void *)fs);
		CHECK((pthread_t)fs_word() == pthread_self());
	}
	return pass();
}
