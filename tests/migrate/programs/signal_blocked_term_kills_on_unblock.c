// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A blocked SIGTERM does nothing until it is unblocked; then it kills.
 */
#include "harness.h"

int main(void)
{
	sigset_t set;

	block(SIGTERM, true);
	CHECK_EQ(kill(getpid(), SIGTERM), 0);
	will_end(SIGTERM);
	ready();
	wait_moved();
	compute(SPIN);
	CHECK_EQ(sigpending(&set), 0);
	CHECK(sigismember(&set, SIGTERM));
	pass();
	block(SIGTERM, false);
	CHECK(!"SIGTERM killed");
}
