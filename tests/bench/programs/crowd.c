// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crowd COUNT PROGRAM…: the ordinary user starts so many of a program at once;
 * nanoseconds until all have ended well.
 * crowd again COUNT PROGRAM…: one after the other.
 */
#include <sys/wait.h>

#include "bench.h"

static void wait_for_one(void)
{
	int status;

	if (wait(&status) < 0)
		err(1, "wait");
	if (status)
		errx(1, "one has ended with %#x", (unsigned int)status);
}

int main(int argc, char **argv)
{
	unsigned long count, i;
	bool again = argc > 1 && strcmp(argv[1], "again") == 0;
	int64_t begun;

	argv += again;
	argc -= again;
	if (argc < 3)
		errx(2, "usage: crowd [again] COUNT PROGRAM…");
	count = number(argv[1]);
	begun = now();
	for (i = 0; i < count; i++) {
		start_as_user(argv + 2);
		if (again)
			wait_for_one();
	}
	for (i = again ? count : 0; i < count; i++)
		wait_for_one();
	printf("%lld\n", (long long)(now() - begun));
	return 0;
}
