// SPDX-License-Identifier: GPL-2.0-or-later
/* Read-only data is what it was. (test_same_image.py gives the host an image in
 * which it is not, to see whether it is used.) */
#include "harness.h"

static const char constant[2 * PAGE]
	__attribute__((aligned(PAGE))) = "made at home";

int main(void)
{
	const char *volatile now = constant;
	char *before = strdup(now);

	CHECK(before);
	ready();
	wait_moved();
	if (strcmp(now, before) != 0)
		fail_at(__FILE__, __LINE__, "it is \"%s\"", now);
	free(before);
	return pass();
}
