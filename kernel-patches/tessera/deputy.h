/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Home's side of a process that is away: each thread waits in the kernel for what
 * the guest's thread asks for, and does it in its own context.
 */
#ifndef _TESSERA_DEPUTY_H
#define _TESSERA_DEPUTY_H

#include <uapi/linux/tessera.h>

struct state_times;
struct tessera_channel;
struct tessera_group;
struct tessera_message;
struct tessera_task;
struct work_struct;

/* Be the deputy until the process comes home, or ends: then it does not return. */
void tessera_deputy(struct tessera_task *member);
/* A member of a group at home goes: its process is at home again, or dies. */
void tessera_home_leave(struct tessera_task *member);
/* A group that no member is left of, or ever was, ends. Process context. */
void tessera_home_end_if_last(struct tessera_group *group);
/* The current thread is charged with what its guest has used so far. */
void tessera_home_charge(struct tessera_task *member, const struct state_times *times);
/* What its host says of all of it, as far as it can be true. */
void tessera_home_bound(const struct tessera_group *group, struct state_times *times);
/* It is wanted at home: nothing that stops it stops its deputies until it is there. */
#define RECALL_WITHIN	(60 * HZ)
void tessera_home_wake(struct tessera_group *group);
void tessera_home_nudge(struct work_struct *work);
/* A process that is away is lost, for a reason: it ends here, and there if it can. */
void tessera_home_lose(struct tessera_group *group, enum tessera_reason reason);
/* The thread's exit hook. */
void tessera_home_exit(struct tessera_task *member);

void tessera_home_notify(struct tessera_channel *channel);
/* Frames of the process's channel. */
void tessera_home_frames(struct work_struct *work);

/* deputy_call.c: run a CALL frame and answer it: 0, -EPROTO, -EPIPE, -EINTR. */
int tessera_deputy_call(struct tessera_task *member, struct tessera_message *message);

/* signals_home.c: what is pending goes to the guest. */
int tessera_signals_forward(struct tessera_task *member);
void tessera_signals_block(void);
/* A stopped process is wanted at home: its deputies are awake until it is there, */
void tessera_signals_unstop(struct tessera_group *group);
/* and then stop again. In each of its threads. */
void tessera_signals_stop_again(void);
/* STOP_REQ: the guest would be stopped by this signal. */
int tessera_signals_stop(struct tessera_task *member, struct tessera_message *message);
/* SIGNALS_TAKEN: more of them may go. */
int tessera_signals_taken(struct tessera_group *group, const struct tessera_message *message);
/* As many are with the host as may be: what else is pending waits here. */
bool tessera_signals_full(const struct tessera_task *member);
/* Is the process of the current task stopped, or about to be? */
bool tessera_signals_stopped(void);

/* come_home.c: take the process back; returns when the thread may run. */
int tessera_come_home(struct tessera_task *member);

/* depart.c */
void tessera_scratch_unmap(struct tessera_group *group);

#endif /* _TESSERA_DEPUTY_H */
