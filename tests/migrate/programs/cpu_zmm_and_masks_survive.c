// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The AVX-512 registers, those that only it has included, and its masks. The
 * program passes where there are none.
 */
#include "harness.h"

#define R(n) "vmovdqu64 " #n "*64(%[m]), %%zmm" #n "\n"
#define W(n) "vmovdqu64 %%zmm" #n ", " #n "*64(%[m])\n"
#define RK(n) "kmovw " #n "*2(%[k]), %%k" #n "\n"
#define WK(n) "kmovw %%k" #n ", " #n "*2(%[k])\n"
#define LOW(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define HIGH(X) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
#define TOP(X) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define SPINNING "1: dec %[spins]\n jnz 1b\n"

int main(void)
{
	static uint8_t m[32 * 64];
	static uint16_t k[8];
	uint64_t seed = 1, spins;
	bool has = __builtin_cpu_supports("avx512f");

	ready();
	while (again(has ? ROUNDS : 0)) {
		fill(m, sizeof(m), ++seed);
		fill(k, sizeof(k), seed);
		if (!has)
			continue;
		spins = 4 * SPIN;
		asm volatile(LOW(R) HIGH(R) TOP(R) LOW(RK) SPINNING LOW(W)
				     HIGH(W) TOP(W) LOW(WK) "vzeroupper"
			     : [spins] "+r"(spins)
			     : [m] "r"(m), [k] "r"(k)
			     : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3",
			       "xmm4", "xmm5", "xmm6", "xmm7");
		CHECK(filled(m, sizeof(m), seed));
		CHECK(filled(k, sizeof(k), seed));
	}
	return pass();
}
