// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dynamically linked program runs the shell in its place: the dynamic linker
 * starts again, and the status is the shell's.
 */
#include "harness.h"

int main(void)
{
	will_end(9 << 8);
	ready();
	wait_moved();
	compute(50 * SPIN);
	execl("/bin/sh", "sh", "-c", "echo PASS; exit 9", (char *)NULL);
	CHECK(!"executed");
}
