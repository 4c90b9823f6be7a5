// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same sums of doubles and long doubles, bit by bit.
 */
#include <math.h>

#include "harness.h"

struct sums {
	double plain, roots;
	long double extended;
};

static struct sums add_up(void)
{
	struct sums s = { 0 };
	int i;

	for (i = 1; i < 2000; i++) {
		s.plain += 1.0 / i;
		s.roots += sqrt(i) * (i & 1 ? 1 : -1);
		s.extended += 1.0L / i / i;
	}
	return s;
}

int main(void)
{
	struct sums first = add_up(), sums;

	ready();
	while (again(ROUNDS)) {
		sums = add_up();
		CHECK(sums.plain == first.plain);
		CHECK(sums.roots == first.roots);
		CHECK(sums.extended == first.extended);
	}
	return pass();
}
