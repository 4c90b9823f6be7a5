/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TESSERA_HOOKS_H
#define _TESSERA_HOOKS_H

struct task_struct;
struct tessera_task;

/* arrive.c: the thread of a guest's member is made. */
void tessera_guest_born(struct tessera_task *parent, struct task_struct *child);

#endif /* _TESSERA_HOOKS_H */
