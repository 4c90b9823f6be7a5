/* SPDX-License-Identifier: GPL-2.0 */
/* The host's side of a process: its threads run here, and belong elsewhere. */
#ifndef _TESSERA_GUEST_H
#define _TESSERA_GUEST_H

#include <linux/types.h>

struct callback_head;
struct pt_regs;
struct task_struct;
struct tessera_channel;
struct tessera_group;
struct tessera_message;
struct tessera_task;
struct work_struct;

/* arrive.c: TESSERA_IOC_GUEST; the first steps of a thread. */
int tessera_guest_become(u64 id);
void tessera_guest_start(struct callback_head *work);

/* guest.c */
void tessera_guest_notify(struct tessera_channel *channel);
/* The thread tells home its CPU time; the work sees to it that each does. */
void tessera_guest_tell(struct callback_head *work);
void tessera_guest_times(struct work_struct *work);

void tessera_guest_kick(struct callback_head *work);
void tessera_guest_exit(struct tessera_task *member, long code);
/* The process dies here, and home is not told: it knows, or cannot be. */
void tessera_guest_kill(struct tessera_group *group);
/* It cannot go on here: the same, and home is told why. Process context. */
void tessera_guest_fail(struct tessera_group *group, int error);
/* All threads stop at the border to user mode and go home. Any context. */
void tessera_guest_recall(struct tessera_group *group);
/* The current thread has its death or stop pending: on its way to user mode, the same. */
void tessera_guest_fall_at_home(struct tessera_task *member);
/* A member leaves; the last one ends the group. */
void tessera_guest_leave(struct tessera_task *member);
/* A signal of home's; `stops`: one that stops it is sent back, to be home's. */
int tessera_guest_signal(struct tessera_task *member, const struct tessera_message *message,
			 bool stops);
/* Frames that need not be waited for: signals, stops. -EPROTO, -EPIPE. */
int tessera_guest_frame(struct tessera_task *member, struct tessera_message *message);
/* While waiting, the thread looks at its channel by itself. */
void tessera_guest_wait_begin(struct tessera_task *member);
void tessera_guest_wait_end(struct tessera_task *member);

/* guest_frames.c: frames of the process's channel. */
void tessera_guest_frames(struct work_struct *work);

/* return.c */
void tessera_return_park(struct callback_head *work);

#endif /* _TESSERA_GUEST_H */
