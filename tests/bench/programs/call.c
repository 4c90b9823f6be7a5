// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * call COUNT: each time a byte comes, so many getppid(): says the median of
 * their times, in nanoseconds.
 */
#include <sys/syscall.h>

#include "bench.h"

int main(int argc, char **argv)
{
	size_t count, i;
	int64_t *times;

	if (argc != 2)
		errx(2, "usage: call COUNT");
	count = number(argv[1]);
	times = calloc(count, sizeof(*times));
	if (!times || !count)
		errx(1, "no calls");
	say_ready();
	while (told()) {
		for (i = 0; i < count; i++) {
			int64_t begun = now();

			syscall(SYS_getppid);
			times[i] = now() - begun;
		}
		printf("%lld\n", (long long)median(times, count));
		fflush(stdout);
	}
	return 0;
}
