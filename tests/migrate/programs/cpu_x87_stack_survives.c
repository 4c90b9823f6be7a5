// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Eight numbers on the x87 stack, its control word and its rounding.
 */
#include "harness.h"

int main(void)
{
	const uint16_t control = 0x0f7f; /* extended, towards zero, masked */
	long double in[8], out[8];
	uint16_t is, usual;
	uint64_t spins;
	int i, seed = 0;

	memset(in, 0, sizeof(in));
	memset(out, 0, sizeof(out));
	asm volatile("fnstcw %0" : "=m"(usual));
	ready();
	while (again(ROUNDS)) {
		for (i = 0; i < 8; i++)
			in[i] = 1.0L / (3 + i + seed++ % 1000);
		spins = SPIN;
		asm volatile("fldcw %[control]\n"
			     "fldt (%[in])\n fldt 16(%[in])\n"
			     "fldt 32(%[in])\n fldt 48(%[in])\n"
			     "fldt 64(%[in])\n fldt 80(%[in])\n"
			     "fldt 96(%[in])\n fldt 112(%[in])\n"
			     "1: dec %[spins]\n jnz 1b\n"
			     "fnstcw %[is]\n"
			     "fstpt 112(%[out])\n fstpt 96(%[out])\n"
			     "fstpt 80(%[out])\n fstpt 64(%[out])\n"
			     "fstpt 48(%[out])\n fstpt 32(%[out])\n"
			     "fstpt 16(%[out])\n fstpt (%[out])\n"
			     "fldcw %[usual]\n"
			     : [spins] "+r"(spins), [is] "=m"(is)
			     : [in] "r"(in), [out] "r"(out),
			       [control] "m"(control), [usual] "m"(usual)
			     : "memory", "cc", "st", "st(1)", "st(2)", "st(3)",
			       "st(4)", "st(5)", "st(6)", "st(7)");
		CHECK_EQ(is, control);
		for (i = 0; i < 8; i++)
			CHECK(memcmp(&in[i], &out[i], 10) == 0);
	}
	return pass();
}
