// SPDX-License-Identifier: GPL-2.0-or-later
/* What is used elsewhere is soon known at home: `ps` does not wait for the end. */
#include "harness.h"

#define USED (1500 * MS)
#define BEHIND (1400 * MS) /* told each second, and the clock of stat ticks */

/* As home knows it: the file is opened there. */
static int64_t told(void)
{
	const char *text = text_of("/proc/self/stat");
	long ticks = sysconf(_SC_CLK_TCK);
	unsigned long user, system;

	CHECK_EQ(sscanf(strrchr(text, ')'),
			") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			&user, &system),
		 2);
	return (int64_t)(user + system) * (1000 * MS / ticks);
}

int main(void)
{
	int64_t start;

	ready();
	spin_moved();
	start = now(CLOCK_PROCESS_CPUTIME_ID);
	while (now(CLOCK_PROCESS_CPUTIME_ID) < start + USED)
		compute(SPIN);
	CHECK(told() >= now(CLOCK_PROCESS_CPUTIME_ID) - BEHIND);
	return pass();
}
