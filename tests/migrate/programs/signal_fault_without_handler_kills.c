// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fault that nobody handles kills with SIGSEGV, as the parent sees it.
 */
#include "harness.h"

int main(void)
{
	char *volatile nothing = (char *)0x10;

	will_end(SIGSEGV);
	ready();
	wait_moved();
	compute(SPIN);
	pass();
	*nothing = 1;
	CHECK(!"SIGSEGV killed");
}
