// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A restartable sequence that is interrupted begins anew: counters per processor
 * that are changed without a lock add up.
 */
#include <sys/rseq.h>

#include "harness.h"

#define THREADS 4

static uint64_t counters[CPU_SETSIZE];
static volatile bool over;

static struct rseq *own_area(void)
{
	return (struct rseq *)((char *)__builtin_thread_pointer() +
			       __rseq_offset);
}

/* Adds one, slowly, unless it was interrupted: then it says false. */
static bool add_one(struct rseq *area)
{
	uint32_t cpu = *(volatile __u32 *)&area->cpu_id_start;

	asm goto(".pushsection __rseq_cs, \"aw\"\n"
		 "	.balign 32\n"
		 "3:	.long 0, 0\n"
		 "	.quad 1f, 2f - 1f, 4f\n"
		 ".popsection\n"
		 "	lea 3b(%%rip), %%rax\n"
		 "	mov %%rax, %[section]\n"
		 "1:	cmp %[cpu], %[is]\n"
		 "	jne 4f\n"
		 "	mov (%[counter]), %%rax\n"
		 "	mov $40, %%ecx\n"
		 "5:	dec %%ecx\n"
		 "	jnz 5b\n"
		 "	inc %%rax\n"
		 "	mov %%rax, (%[counter])\n"
		 "2:\n"
		 ".pushsection __rseq_failure, \"ax\"\n"
		 "	.byte 0x0f, 0xb9, 0x3d\n"
		 "	.long 0x53053053\n"
		 "4:	jmp %l[interrupted]\n"
		 ".popsection\n"
		 :
		 : [section] "m"(area->rseq_cs), [is] "m"(area->cpu_id),
		   [cpu] "r"(cpu), [counter] "r"(&counters[cpu])
		 : "memory", "cc", "rax", "rcx"
		 : interrupted);
	return true;
interrupted:
	return false;
}

static void *count(void *unused)
{
	struct rseq *area = own_area();
	uintptr_t added = 0;

	(void)unused;
	while (!over)
		added += add_one(area);
	return (void *)added;
}

int main(void)
{
	uint64_t sum = 0;
	pthread_t threads[THREADS];
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		threads[i] = thread_start(count, NULL);
	ready();
	while (again(2 * ROUNDS))
		compute(SPIN);
	over = true;
	for (i = 0; i < THREADS; i++)
		sum += (uintptr_t)thread_join(threads[i]);
	for (i = 0; i < COUNT(counters); i++)
		sum -= counters[i];
	CHECK_EQ(sum, 0);
	return pass();
}
