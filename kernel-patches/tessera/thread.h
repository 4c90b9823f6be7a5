/* SPDX-License-Identifier: GPL-2.0 */
/* The state of the current thread, which stands at the border to user mode. */
#ifndef _TESSERA_THREAD_H
#define _TESSERA_THREAD_H

struct tessera_task;

/* Fill member->state; nothing of the thread changes. */
int tessera_thread_capture(struct tessera_task *member);
/* Make the thread what member->state says, and free that. -EINVAL: impossible. */
int tessera_thread_apply(struct tessera_task *member);

/* A call that was ended by nothing but our looking at the channel is restarted. */
void tessera_thread_go_on(void);

#endif /* _TESSERA_THREAD_H */
