// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIGKILL that a process sends to itself is the last it does.
 */
#include "harness.h"

int main(void)
{
	will_end(SIGKILL);
	ready();
	wait_moved();
	compute(SPIN);
	pass();
	kill(getpid(), SIGKILL);
	CHECK(!"SIGKILL killed");
}
