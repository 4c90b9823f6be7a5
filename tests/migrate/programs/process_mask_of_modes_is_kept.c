// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * umask() holds for files of this process, and a child inherits it.
 */
#include "harness.h"

static void look(void *mask)
{
	mode_t is = umask(0);

	CHECK_EQ(is, (uintptr_t)mask);
}

int main(void)
{
	struct stat st;
	uintptr_t mask;
	int i;

	umask(027);
	ready();
	wait_moved();
	CHECK_EQ(umask(027), 027);
	for (i = 0; i < FEW_ROUNDS; i++) {
		mask = i % 8 * 8 + 1;
		umask(mask);
		close(open("data", O_WRONLY | O_CREAT, 0777));
		CHECK_EQ(stat("data", &st), 0);
		CHECK_EQ(st.st_mode & 0777, 0777 & ~mask);
		CHECK_EQ(unlink("data"), 0);
		if (i % 8 == 0)
			child_passed(child(look, (void *)mask));
	}
	return pass();
}
