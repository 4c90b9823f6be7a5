// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * busy PERCENT: compute for so much of each tenth of a second, for ever.
 */
#include "bench.h"

#define TURN_MS 100

int main(int argc, char **argv)
{
	int64_t computes, begun;

	if (argc != 2 || number(argv[1]) > 100)
		errx(2, "usage: busy PERCENT");
	computes = number(argv[1]) * TURN_MS * NS_PER_MS / 100;
	for (;;) {
		begun = now();
		while (now() - begun < computes)
			;
		rest(TURN_MS * NS_PER_MS - computes);
	}
}
