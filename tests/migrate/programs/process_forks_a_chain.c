// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Children fork children, four deep; each waits for its own.
 */
#include "harness.h"

static void descend(void *depth)
{
	uintptr_t left = (uintptr_t)depth;
	pid_t self = getpid();

	compute(1000);
	if (!left)
		return;
	child_passed(child(descend, (void *)(left - 1)));
	CHECK_EQ(getpid(), self);
}

int main(void)
{
	ready();
	wait_moved();
	while (again(FEW_ROUNDS / 4))
		child_passed(child(descend, (void *)4));
	return pass();
}
