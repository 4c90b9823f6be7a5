/* SPDX-License-Identifier: GPL-2.0 */
/* The state of a group as it comes in: read whole and checked, then used. */
#ifndef _TESSERA_STATE_IN_H
#define _TESSERA_STATE_IN_H

#include "state.h"

struct tessera_group;
struct tessera_task;

struct tessera_arrival {
	struct state_process *process;
	struct state_file *files;
	struct state_vma *vmas;
	struct state_chunk *chunks;	/* home; the host has them in its memory */
	struct tessera_task **members;	/* one for each thread, with its state */
};

/*
 * Read it. `member` gives the member of a thread's index, or NULL: at home the one
 * that there is, at the host a new one. Also on errors, what was read so far is to
 * be freed. -EPROTO, -ENOMEM, and those of tessera_stream_read().
 */
int tessera_state_read(struct tessera_group *group, struct tessera_arrival *ret,
		       struct tessera_task *(*member)(struct tessera_group *group, u32 index));
void tessera_state_free(struct tessera_arrival *arrival);

/* Signal actions of the current process. */
void tessera_state_actions(const struct state_process *process);
/* Waits, not for long, until its monotonic clock does not go back here. */
void tessera_state_await_clock(const struct state_process *process);
/* What it has registered for with membarrier(); before it has more than one thread. */
void tessera_state_barriers(const struct state_process *process);

#endif /* _TESSERA_STATE_IN_H */
