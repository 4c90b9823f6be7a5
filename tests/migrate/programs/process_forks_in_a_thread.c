// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thread other than the first one forks; the child has this thread alone.
 */
#include <dirent.h>

#include "harness.h"

static void look(void *unused)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/task");
	int tasks = 0;

	(void)unused;
	CHECK(dir);
	while ((entry = readdir(dir)))
		tasks += entry->d_name[0] != '.';
	CHECK_EQ(tasks, 1);
	CHECK_EQ(gettid(), getpid());
}

static void *fork_children(void *unused)
{
	int i;

	for (i = 0; i < FEW_ROUNDS / 4; i++)
		child_passed(child(look, NULL));
	return unused;
}

int main(void)
{
	pthread_t threads[2];

	ready();
	wait_moved();
	threads[0] = thread_start(fork_children, NULL);
	threads[1] = thread_start(fork_children, NULL);
	while (again(ROUNDS / 4))
		compute(SPIN);
	thread_join(threads[0]);
	thread_join(threads[1]);
	return pass();
}
