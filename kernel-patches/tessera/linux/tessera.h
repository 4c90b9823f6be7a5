/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rest of the kernel calls. Each call is one line without a guard at
 * its place; with CONFIG_TESSERA=n it is nothing.
 */
#ifndef _LINUX_TESSERA_H
#define _LINUX_TESSERA_H

#include <linux/mm_types.h>
#include <linux/sched.h>

#ifdef CONFIG_TESSERA

/* A new task or address space is a copy of another: it inherits nothing. */
static inline void tessera_task_init(struct task_struct *task)
{
	task->tessera = NULL;
}

static inline void tessera_mm_init(struct mm_struct *mm)
{
	mm->tessera = NULL;
}

#else

static inline void tessera_task_init(struct task_struct *task) { }
static inline void tessera_mm_init(struct mm_struct *mm) { }

#endif
#endif /* _LINUX_TESSERA_H */
