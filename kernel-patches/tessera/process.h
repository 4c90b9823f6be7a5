/* SPDX-License-Identifier: GPL-2.0 */
/* What Tessera knows of a process (mm_struct->tessera), at home or away. */
#ifndef _TESSERA_PROCESS_H
#define _TESSERA_PROCESS_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <uapi/linux/tessera.h>

struct tessera_group;

struct tessera_mm {
	struct tessera_group __rcu *group;	/* counted; NULL: it is at home */
	atomic_t moves;
	bool locked;			/* its user wants it to stay */
	u8 level;			/* of x86-64 that it keeps to; 0: none */
	enum tessera_reason reason;	/* why it did not move the last time */
	unsigned long busy;		/* bit 0: somebody moves it */
};

/* Of an address space, made when it is first wanted; NULL: no memory. */
struct tessera_mm *tessera_process_get(struct mm_struct *mm);

/* Where it is: its group, counted, or NULL. */
struct tessera_group *tessera_process_group(struct mm_struct *mm);
/* From now on it is there; NULL: at home. */
void tessera_process_set_group(struct mm_struct *mm, struct tessera_group *group);

/* A group has ended: its process is at home, if that is where it was. */
void tessera_process_forget(struct tessera_group *group);

/*
 * Move a process to a node, 0 being home, and wait until it is there. level: of
 * x86-64 that it keeps to from now on; 0: what was said before. May not be called
 * by the process itself. -EBUSY, -EINTR, -ESRCH, or -EPERM with the reason
 * in tessera_mm.reason.
 */
int tessera_process_move(struct task_struct *task, u16 node, u8 level);
/* The same in the background, and without an answer; for the process itself. */
int tessera_process_move_later(struct task_struct *task, u16 node, u8 level);

int __init tessera_process_init(void);

/* check.c: why it could not move right now. */
enum tessera_reason tessera_check(struct task_struct *task);
enum tessera_reason tessera_check_mm(struct mm_struct *mm);

/* reason.c: in words, for people. */
const char *tessera_reason_text(enum tessera_reason reason);
int tessera_reason_error(enum tessera_reason reason);
/* What an error of ours is to others; NONE: nothing they would know. */
enum tessera_reason tessera_error_reason(int error);

#endif /* _TESSERA_PROCESS_H */
