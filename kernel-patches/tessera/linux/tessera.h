/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rest of the kernel calls. Each call is one line without a guard at
 * its place; with CONFIG_TESSERA=n it is nothing.
 */
#ifndef _LINUX_TESSERA_H
#define _LINUX_TESSERA_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/thread_info.h>

struct pid;
struct kernel_siginfo;
struct pid_namespace;
struct pt_regs;
struct restart_block;
struct seq_file;
struct vm_fault;

/* Waits with a deadline are restarted on another node. */
long do_restart_poll(struct restart_block *restart);
long futex_wait_restart(struct restart_block *restart);
long hrtimer_nanosleep_restart(struct restart_block *restart);

#ifdef CONFIG_TESSERA

void __tessera_exit(long code);
void __tessera_fork(struct task_struct *child);
bool __tessera_syscall(struct pt_regs *regs, long nr);
void __tessera_mm_exit(struct mm_struct *mm);
int __tessera_bring_home(struct task_struct *task);
bool __tessera_fall_at_home(int sig, struct kernel_siginfo *info);
bool __tessera_page_away(struct mm_struct *mm, unsigned long address);

/* A new task or address space is a copy of another: it inherits nothing. */
static inline void tessera_task_init(struct task_struct *task)
{
	task->tessera = NULL;
}

static inline void tessera_mm_init(struct mm_struct *mm)
{
	mm->tessera = NULL;
}

/* A task ends; its memory and files are still there. */
static inline void tessera_exit(long code)
{
	if (unlikely(current->tessera))
		__tessera_exit(code);
}

/* A child is complete and has not run yet. */
static inline void tessera_fork(struct task_struct *child)
{
	if (unlikely(current->tessera))
		__tessera_fork(child);
}

/* Nobody uses the address space any more. */
static inline void tessera_mm_exit(struct mm_struct *mm)
{
	if (unlikely(mm->tessera))
		__tessera_mm_exit(mm);
}

/* True: the call has been dealt with, and its result is set. */
static inline bool tessera_syscall(struct pt_regs *regs, long nr, unsigned long work)
{
	return unlikely(work & SYSCALL_WORK_TESSERA) && __tessera_syscall(regs, nr);
}

/* A task is about to be looked at closely: 0, or why it is not at home. */
static inline int tessera_bring_home(struct task_struct *task)
{
	return unlikely(READ_ONCE(task->tessera)) ? __tessera_bring_home(task) : 0;
}

/* It is not at home, or about to leave. tasklist_lock is held. */
static inline bool tessera_is_moving(const struct task_struct *task)
{
	return unlikely(READ_ONCE(task->tessera));
}

/* True: it will stop or die, by the same signal, where it belongs. siglock is held. */
static inline bool tessera_fall_at_home(int sig, struct kernel_siginfo *info)
{
	return unlikely(current->tessera) && __tessera_fall_at_home(sig, info);
}

/* Is the page of a missing entry on another node? */
static inline bool tessera_page_away(struct mm_struct *mm, unsigned long address)
{
	return unlikely(mm->tessera) && __tessera_page_away(mm, address);
}

/* Then it comes from there. */
vm_fault_t tessera_fault(struct vm_fault *vmf);

int tessera_proc_where(struct seq_file *seq, struct pid_namespace *ns, struct pid *pid,
		       struct task_struct *task);
int tessera_proc_nmigs(struct seq_file *seq, struct pid_namespace *ns, struct pid *pid,
		       struct task_struct *task);
int tessera_proc_cantmove(struct seq_file *seq, struct pid_namespace *ns, struct pid *pid,
			  struct task_struct *task);
extern const struct file_operations tessera_proc_goto;
extern const struct file_operations tessera_proc_lock;

#else

static inline void tessera_task_init(struct task_struct *task) { }
static inline void tessera_mm_init(struct mm_struct *mm) { }
static inline void tessera_exit(long code) { }
static inline void tessera_fork(struct task_struct *child) { }
static inline void tessera_mm_exit(struct mm_struct *mm) { }
static inline int tessera_bring_home(struct task_struct *task) { return 0; }
static inline bool tessera_is_moving(const struct task_struct *task) { return false; }
static inline bool tessera_fall_at_home(int sig, struct kernel_siginfo *info)
{
	return false;
}

static inline bool tessera_syscall(struct pt_regs *regs, long nr, unsigned long work)
{
	return false;
}

static inline bool tessera_page_away(struct mm_struct *mm, unsigned long address)
{
	return false;
}

static inline vm_fault_t tessera_fault(struct vm_fault *vmf)
{
	return 0;
}

#endif

#endif /* _LINUX_TESSERA_H */
