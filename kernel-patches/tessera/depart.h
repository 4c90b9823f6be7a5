/* SPDX-License-Identifier: GPL-2.0 */
/* A process leaves its home, and all its threads become deputies. */
#ifndef _TESSERA_DEPART_H
#define _TESSERA_DEPART_H

#include <linux/types.h>
#include <uapi/linux/tessera.h>

struct callback_head;
struct mm_struct;
struct task_struct;
struct tessera_mm;

/*
 * Move a process that is at home to a node, and wait until it runs there:
 * TESSERA_REASON_NONE, or why it stayed. Then it is as if nothing had happened.
 */
enum tessera_reason tessera_depart(struct task_struct *task, struct mm_struct *mm, u16 node);

/* Could one that is away go there, as far as home knows? */
enum tessera_reason tessera_depart_check(const struct tessera_mm *process, u16 node);

/* The work that brings a thread to a standstill. */
void tessera_depart_park(struct callback_head *work);

/* state_out.c: tell the peer all of a parked group, pages excepted. */
struct tessera_group;
int tessera_state_send(struct tessera_group *group);

#endif /* _TESSERA_DEPART_H */
