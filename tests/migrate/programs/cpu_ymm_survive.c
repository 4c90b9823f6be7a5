// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sixteen AVX registers hold their values while the process computes. The
 * program passes where there are none.
 */
#include "harness.h"

#define R(n) "vmovdqu " #n "*32(%[m]), %%ymm" #n "\n"
#define W(n) "vmovdqu %%ymm" #n ", " #n "*32(%[m])\n"
#define LOW(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define HIGH(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

int main(void)
{
	static uint8_t m[16 * 32];
	uint64_t seed = 1, spins;
	bool has = __builtin_cpu_supports("avx");

	ready();
	while (again(has ? ROUNDS : 0)) {
		fill(m, sizeof(m), ++seed);
		if (!has)
			continue;
		spins = 4 * SPIN;
		asm volatile(LOW(R) HIGH(R) "1: dec %[spins]\n jnz 1b\n" LOW(W)
				     HIGH(W) "vzeroupper"
			     : [spins] "+r"(spins)
			     : [m] "r"(m)
			     : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3",
			       "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
			       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
			       "xmm15");
		CHECK(filled(m, sizeof(m), seed));
	}
	return pass();
}
