// SPDX-License-Identifier: GPL-2.0
/* See state_in.h. Everything is a peer's word: counted, bounded, checked. */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "cpu.h"
#include "group.h"
#include "memory.h"
#include "space.h"
#include "state_in.h"
#include "stream.h"
#include "thread.h"

static void *read_array(struct tessera_group *group, u32 count, size_t size, int *ret_error)
{
	void *array = kvcalloc(max(count, 1u), size, GFP_KERNEL);

	*ret_error = array ? tessera_stream_read(group, array, count * size) : -ENOMEM;
	if (!*ret_error)
		return array;
	kvfree(array);
	return NULL;
}

static bool process_valid(struct tessera_group *group, const struct state_process *process)
{
	const u64 *part;

	for (part = &process->start_code; part <= &process->env_end; part++) {
		if (*part > TASK_SIZE_MAX)
			return false;
	}
	/* At home there can be no more chunks than left it. */
	return process->threads && process->threads <= TESSERA_THREADS_MAX &&
	       process->vmas && process->vmas <= TESSERA_VMAS_MAX &&
	       process->files <= TESSERA_FILES_MAX && !process->reserved &&
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

static int read_thread(struct tessera_group *group, struct tessera_task **ret_member,
		       struct tessera_task *(*member_of)(struct tessera_group *, u32))
{
	struct tessera_task *member;
	struct state_thread state;
	int ret;

	ret = tessera_stream_read(group, &state, sizeof(state));
	if (ret)
		return ret;
	if (!state.index || state.index >= 1u << TESSERA_INDEX_BITS || state.tid <= 0 ||
	    state.xstate != tessera_cpu_xstate_size() || state.signals > TESSERA_SIGNALS_MAX ||
	    strnlen(state.comm, sizeof(state.comm)) == sizeof(state.comm))
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
		ret->chunks = read_array(group, process->chunks, sizeof(*ret->chunks), &error);
	if (!error && !chunks_valid(ret->chunks, process->chunks))
		error = -EPROTO;
	if (!error) {
		ret->members = kvcalloc(process->threads, sizeof(*ret->members), GFP_KERNEL);
		error = ret->members ? 0 : -ENOMEM;
	}
	for (i = 0; !error && i < process->threads; i++)
		error = read_thread(group, &ret->members[i], member);
	if (error)
		tessera_state_free(ret);
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
		to->sa_flags = from->flags;
		to->sa_restorer = (__sigrestore_t)from->restorer;
		to->sa_mask.sig[0] = from->mask;
		sigdelsetmask(&to->sa_mask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	}
	spin_unlock_irq(&sighand->siglock);
}
