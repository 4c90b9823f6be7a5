// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A jump to where no program can be kills with SIGSEGV, as the parent sees it.
 */
#include "harness.h"

int main(void)
{
	void (*volatile nowhere)(void) = (void (*)(void))-1;

	will_end(SIGSEGV);
	ready();
	wait_moved();
	compute(SPIN);
	pass();
	nowhere();
	CHECK(!"SIGSEGV killed");
}
