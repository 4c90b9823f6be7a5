// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * walk MIB: fill so much memory, and each time a byte comes read all of it once:
 * says how many nanoseconds that took.
 */
#include "bench.h"

int main(int argc, char **argv)
{
	uint64_t *words, sum;
	int64_t begun;
	size_t size;

	if (argc != 2)
		errx(2, "usage: walk MIB");
	size = number(argv[1]) * MIB;
	words = filled(size);
	sum = sum_of(words, size);
	say_ready();
	while (told()) {
		begun = now();
		if (sum_of(words, size) != sum)
			errx(1, "the memory is another one");
		printf("%lld\n", (long long)(now() - begun));
		fflush(stdout);
	}
	return 0;
}
