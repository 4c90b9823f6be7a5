// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SSE's rounding mode and the exceptions that it has noted.
 */
#include <fenv.h>

#include "harness.h"

static volatile double one = 1, three = 3, zero;

static double third(int mode)
{
	CHECK_EQ(fesetround(mode), 0);
	compute(SPIN);
	CHECK_EQ(fegetround(), mode);
	return one / three;
}

int main(void)
{
	static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
				     FE_TOWARDZERO };
	double before[COUNT(modes)];
	volatile double infinite;
	unsigned int i;

	for (i = 0; i < COUNT(modes); i++)
		before[i] = third(modes[i]);
	CHECK(before[1] > before[2]);
	feclearexcept(FE_ALL_EXCEPT);
	infinite = one / zero;
	CHECK(infinite > 1);
	fesetround(FE_UPWARD);
	ready();
	wait_moved();
	CHECK_EQ(fegetround(), FE_UPWARD);
	CHECK_EQ(fetestexcept(FE_DIVBYZERO | FE_INVALID), FE_DIVBYZERO);
	while (again(ROUNDS / COUNT(modes)))
		for (i = 0; i < COUNT(modes); i++)
			CHECK(third(modes[i]) == before[i]);
	CHECK_EQ(fetestexcept(FE_DIVBYZERO | FE_INVALID), FE_DIVBYZERO);
	return pass();
}
