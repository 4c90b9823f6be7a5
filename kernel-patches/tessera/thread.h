/* SPDX-License-Identifier: GPL-2.0 */
/* The state of the current thread, which stands at the border to user mode. */
#ifndef _TESSERA_THREAD_H
#define _TESSERA_THREAD_H

#include <linux/rcupdate.h>
#include <linux/sched.h>

struct state_thread;
struct tessera_task;

/* Fill member->state; nothing of the thread changes. */
int tessera_thread_capture(struct tessera_task *member);
/* Make the thread what member->state says, and free that. -EINVAL: impossible. */
int tessera_thread_apply(struct tessera_task *member);

/* Can a thread have been captured so? What the rest of the kernel would not stand. */
bool tessera_thread_valid(const struct state_thread *state);

/*
 * The last thing before it goes to user mode: whether the call that it was in is
 * restarted, or ends for a handler, is decided on the way out.
 */
void tessera_thread_leave(void);

/* A call that was ended by nothing but our looking at the channel is restarted. */
void tessera_thread_go_on(void);

/* Calls that are not issued twice end with EINTR, whatever the cause. */
bool tessera_call_may_go_on(long nr);

/* Its own signal handlers: they stay as long as it does. */
static inline struct sighand_struct *tessera_own_sighand(void)
{
	return rcu_dereference_protected(current->sighand, true);
}

#endif /* _TESSERA_THREAD_H */
