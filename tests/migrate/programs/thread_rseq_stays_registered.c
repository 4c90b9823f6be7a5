// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The C library's restartable sequences: each thread's area is kept up to date by
 * the kernel, in old threads and in new ones.
 */
#include <sys/rseq.h>

#include "harness.h"

static void look(void)
{
	struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() +
					    __rseq_offset);
	int cpu = *(volatile __u32 *)&area->cpu_id;

	CHECK(__rseq_size > 0);
	CHECK(cpu >= 0 && cpu < CPU_SETSIZE);
	CHECK(sched_getcpu() >= 0);
	/* It is registered already, so the kernel takes no other one. */
	CHECK_ERRNO(syscall(SYS_rseq, &(struct rseq){ 0 }, sizeof(struct rseq),
			    0, 0x53053053),
		    EINVAL);
}

static void *look_often(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS / 4; i++) {
		look();
		compute(1000);
	}
	return unused;
}

int main(void)
{
	pthread_t thread;

	look();
	ready();
	wait_moved();
	thread = thread_start(look_often, NULL);
	look_often(NULL);
	thread_join(thread);
	return pass();
}
