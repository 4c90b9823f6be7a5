// SPDX-License-Identifier: GPL-2.0
/* See state_in.h. Everything is a peer's word: counted, bounded, checked. */
#include <linux/hrtimer.h>
#include <linux/membarrier.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <asm/syscall.h>

#include "group.h"
#include "memory.h"
#include "space.h"
#include "state_in.h"
#include "stream.h"
#include "thread.h"
#include "times.h"

#define CLOCK_WAIT_MAX	NSEC_PER_SEC	/* whatever the peer says */

static void *read_array(struct tessera_group *group, u32 count, size_t size, int *ret_error)
{
	void *array = kvcalloc(max(count, 1u), size, GFP_KERNEL);

	*ret_error = array ? tessera_stream_read(group, array, count * size) : -ENOMEM;
	if (!*ret_error)
		return array;
	kvfree(array);
	return NULL;
}

/* As prctl(PR_SET_MM_MAP) wants them. */
static bool parts_valid(const struct state_process *process)
{
	const u64 *part;

	for (part = &process->start_code; part <= &process->env_end; part++) {
		if (*part > TASK_SIZE_MAX)
			return false;
	}
	return process->start_code <= process->end_code &&
	       process->start_data <= process->end_data && process->start_brk <= process->brk &&
	       process->arg_start <= process->arg_end && process->env_start <= process->env_end;
}

static bool process_valid(struct tessera_group *group, const struct state_process *process)
{
	if (!parts_valid(process))
		return false;
	/* At home there can be no more chunks than left it. */
	return process->threads && process->threads <= TESSERA_THREADS_MAX &&
	       process->vmas && process->vmas <= TESSERA_VMAS_MAX &&
	       process->files <= TESSERA_FILES_MAX &&
	       process->chunks <= (group->guest ? TESSERA_CHUNKS_MAX : group->memory->count);
}

static bool chunks_valid(const struct state_chunk *chunks, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (chunks[i].address & ((1UL << TESSERA_CHUNK_SHIFT) - 1) ||
		    chunks[i].address >= TASK_SIZE_MAX)
			return false;
	}
	return true;
}

/*
 * The host needs to know where they are, and believes in no more of them than have
 * come; home has as many itself, and looks at them later.
 */
static int read_chunks(struct tessera_group *group, struct tessera_arrival *arrival)
{
	u32 count = arrival->process->chunks, i;
	struct state_chunk chunk;
	int ret = 0;

	if (!group->guest) {
		arrival->chunks = read_array(group, count, sizeof(chunk), &ret);
		return ret ?: chunks_valid(arrival->chunks, count) ? 0 : -EPROTO;
	}
	for (i = 0; i < count && !ret; i++) {
		ret = tessera_stream_read(group, &chunk, sizeof(chunk));
		if (!ret && !chunks_valid(&chunk, 1))
			ret = -EPROTO;
		if (!ret)
			ret = tessera_memory_add(group->memory, chunk.address);
	}
	return ret == -EBUSY ? -EPROTO : ret;	/* told twice */
}

static int read_thread(struct tessera_group *group, struct tessera_task **ret_member,
		       struct tessera_task *(*member_of)(struct tessera_group *, u32))
{
	struct tessera_task *member;
	struct state_thread state;
	int ret;

	ret = tessera_stream_read(group, &state, sizeof(state));
	if (ret)
		return ret;
	if (!state.index || state.index >= 1u << TESSERA_INDEX_BITS ||
	    !tessera_thread_valid(&state))
		return -EPROTO;
	member = member_of(group, state.index);
	if (!member || member->state)
		return -EPROTO;
	*ret_member = member;
	ret = tessera_task_state_alloc(member);
	if (ret)
		return ret;
	*member->state = state;
	ret = tessera_stream_read(group, member->xstate, state.xstate);
	if (!ret && state.signals)
		member->signals = read_array(group, state.signals, sizeof(*member->signals), &ret);
	return ret;
}

/* The kernel adds them up, and divides by such sums. */
static bool add_time(u64 *sum, u64 time)
{
	if (time > TESSERA_TIMES_MAX)
		return false;
	*sum += time;
	return *sum <= TESSERA_TIMES_MAX;
}

static bool add_times(struct state_times *sum, const struct state_times *times)
{
	return add_time(&sum->utime, times->utime) && add_time(&sum->stime, times->stime) &&
	       add_time(&sum->runtime, times->runtime);
}

static bool times_valid(const struct tessera_arrival *arrival)
{
	struct state_times sum = { };
	bool valid = add_times(&sum, &arrival->process->ended);
	u32 i;

	for (i = 0; i < arrival->process->threads && valid; i++)
		valid = add_times(&sum, &arrival->members[i]->state->times);
	return valid;
}

int tessera_state_read(struct tessera_group *group, struct tessera_arrival *ret,
		       struct tessera_task *(*member)(struct tessera_group *group, u32 index))
{
	struct state_process *process;
	int error;
	u32 i;

	memset(ret, 0, sizeof(*ret));
	process = read_array(group, 1, sizeof(*process), &error);
	ret->process = process;
	if (!error && !process_valid(group, process))
		error = -EPROTO;
	if (!error)
		ret->files = read_array(group, process->files, sizeof(*ret->files), &error);
	if (!error)
		ret->vmas = read_array(group, process->vmas, sizeof(*ret->vmas), &error);
	if (!error && !tessera_space_valid(group, ret->vmas, process->vmas))
		error = -EPROTO;
	if (!error)
		error = read_chunks(group, ret);
	if (!error) {
		ret->members = kvcalloc(process->threads, sizeof(*ret->members), GFP_KERNEL);
		error = ret->members ? 0 : -ENOMEM;
	}
	for (i = 0; !error && i < process->threads; i++)
		error = read_thread(group, &ret->members[i], member);
	if (!error && !times_valid(ret))
		error = -EPROTO;
	return error;
}

void tessera_state_free(struct tessera_arrival *arrival)
{
	kvfree(arrival->process);
	kvfree(arrival->files);
	kvfree(arrival->vmas);
	kvfree(arrival->chunks);
	kvfree(arrival->members);
	memset(arrival, 0, sizeof(*arrival));
}

void tessera_state_barriers(const struct state_process *process)
{
#ifdef CONFIG_MEMBARRIER
	static const struct { u32 state; int command; } all[] = {
		{ MEMBARRIER_STATE_PRIVATE_EXPEDITED,
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED },
		{ MEMBARRIER_STATE_GLOBAL_EXPEDITED, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED },
		{ MEMBARRIER_STATE_PRIVATE_EXPEDITED_SYNC_CORE,
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE },
		{ MEMBARRIER_STATE_PRIVATE_EXPEDITED_RSEQ,
		  MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		struct pt_regs regs = { .di = all[i].command };

		if (process->barriers & all[i].state)
			x64_sys_call(&regs, __NR_membarrier);
	}
#endif
}

void tessera_state_actions(const struct state_process *process)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	unsigned int i;

	spin_lock_irq(&sighand->siglock);
	for (i = 0; i < STATE_ACTIONS; i++) {
		const struct state_action *from = &process->actions[i];
		struct sigaction *to = &sighand->action[i].sa;

		if (i + 1 == SIGKILL || i + 1 == SIGSTOP)
			continue;
		to->sa_handler = (__sighandler_t)from->handler;
		to->sa_flags = from->flags & UAPI_SA_FLAGS;	/* none of the kernel's own */
		to->sa_restorer = (__sigrestore_t)from->restorer;
		to->sa_mask.sig[0] = from->mask;
		sigdelsetmask(&to->sa_mask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	}
	spin_unlock_irq(&sighand->siglock);
}

/*
 * Ours was set by a message of home's that took some time to come, and is late by
 * that; and no two clocks are equally fast.
 */
void tessera_state_await_clock(const struct state_process *process)
{
	s64 now = tessera_times_monotonic();
	ktime_t left;

	if (process->monotonic_ns <= now)
		return;
	left = min_t(u64, (u64)process->monotonic_ns - now, CLOCK_WAIT_MAX);
	set_current_state(TASK_KILLABLE);
	schedule_hrtimeout(&left, HRTIMER_MODE_REL);
}
