// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * victim ORDERS [MIB]: a process to which things happen while it is moved. It has
 * some memory, and reads orders from a FIFO, one letter each:
 *
 *	l	look at the memory, and say "whole"
 *	e	end
 */
#include "harness.h"

static void noted(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info, (void)context;
}

int main(int argc, char **argv)
{
	int orders = argc > 1 ? open(argv[1], O_RDWR) : -1;
	size_t size = (argc > 2 ? atoi(argv[2]) : 4) * MIB;
	uint64_t *memory = malloc(size);
	char order = 0;

	CHECK(orders >= 0 && memory);
	fill(memory, size, 1);
	handle(SIGUSR1, noted, SA_RESTART);
	printf("%d\n", getpid());
	fflush(stdout);
	while (order != 'e') {
		CHECK_EQ(read(orders, &order, 1), 1);
		if (order == 'l') {
			CHECK(filled(memory, size, 1));
			puts("whole");
			fflush(stdout);
		}
	}
	return 0;
}
