// SPDX-License-Identifier: GPL-2.0
/*
 * Can a process move? What it is and has is looked at before it is stopped, and
 * its memory again when it stands still.
 */
#include <linux/aio.h>
#include <linux/hugetlb_inline.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/posix-timers.h>
#include <linux/sched/mm.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/userfaultfd_k.h>
#include <asm/desc.h>
#include <asm/elf.h>
#include <asm/fpu/xstate.h>

#include "frame.h"
#include "process.h"

static enum tessera_reason check_vma(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->name && (vma->vm_flags & VM_DONTEXPAND))
		return TESSERA_REASON_NONE;	/* vDSO and its data */
	if (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP))
		return TESSERA_REASON_DEVICE_MAPPING;
	if (is_vm_hugetlb_page(vma))
		return TESSERA_REASON_HUGE_PAGES;
	if (vma->vm_flags & VM_SHARED && vma->vm_flags & VM_MAYWRITE)
		return TESSERA_REASON_SHARED_MAPPING;
	if (vma->vm_flags & (VM_LOCKED | VM_LOCKONFAULT))
		return TESSERA_REASON_LOCKED_MEMORY;
	if (userfaultfd_armed(vma))
		return TESSERA_REASON_USERFAULTFD;
	if (vma->vm_flags & VM_SEALED)
		return TESSERA_REASON_GUARDED;
	if (vma->vm_flags & VM_SHADOW_STACK)
		return TESSERA_REASON_CPU_STATE;
	return TESSERA_REASON_NONE;
}

/* What no mapping shows, or shows under a wrong name. */
static enum tessera_reason check_context(struct mm_struct *mm)
{
	if (mm->def_flags & VM_LOCKED)
		return TESSERA_REASON_LOCKED_MEMORY;
	if (test_bit(MMF_HAS_MDWE, &mm->flags))
		return TESSERA_REASON_GUARDED;
	/* Its breakpoints are in the pages, and nobody there knows of them. */
	if (test_bit(MMF_HAS_UPROBES, &mm->flags))
		return TESSERA_REASON_TRACED;
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	if (READ_ONCE(mm->context.ldt))
		return TESSERA_REASON_32_BIT;
#endif
#ifdef CONFIG_AIO
	if (rcu_access_pointer(mm->ioctx_table))
		return TESSERA_REASON_AIO;
#endif
	return TESSERA_REASON_NONE;
}

enum tessera_reason tessera_check_mm(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	enum tessera_reason reason = check_context(mm);
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	if (!reason && mm->map_count > TESSERA_VMAS_AWAY)
		reason = TESSERA_REASON_VMAS;
	for_each_vma(vmi, vma) {
		if (reason)
			break;
		reason = check_vma(vma);
	}
	mmap_read_unlock(mm);
	return reason;
}

/* Only 32-bit code needs some. */
static bool has_segments(const struct task_struct *thread)
{
	unsigned int i;

	for (i = 0; i < GDT_ENTRY_TLS_ENTRIES; i++) {
		if (!desc_empty(&thread->thread.tls_array[i]))
			return true;
	}
	return false;
}

static enum tessera_reason check_thread(struct task_struct *thread)
{
	if (thread->ptrace)
		return TESSERA_REASON_TRACED;
	if (rt_or_dl_task_policy(thread))
		return TESSERA_REASON_REALTIME;
	if (thread->io_uring)
		return TESSERA_REASON_IO_URING;
	if (thread->thread.io_bitmap || thread->thread.iopl_emul)
		return TESSERA_REASON_IO_PORTS;
	if (thread->seccomp.mode || test_task_syscall_work(thread, SYSCALL_USER_DISPATCH))
		return TESSERA_REASON_SECCOMP;
	if (thread->flags & PF_USER_WORKER)
		return TESSERA_REASON_KERNEL_THREAD;
	/* AMX: its tiles are allowed by this kernel, and are not carried. */
	if (thread->group_leader->thread.fpu.perm.__state_perm & XFEATURE_MASK_USER_DYNAMIC)
		return TESSERA_REASON_CPU_STATE;
	if (test_tsk_thread_flag(thread, TIF_NOTSC) || test_tsk_thread_flag(thread, TIF_NOCPUID) ||
	    task_spec_ssb_disable(thread) || task_spec_ib_disable(thread))
		return TESSERA_REASON_GUARDED;
	if (test_tsk_thread_flag(thread, TIF_ADDR32) || has_segments(thread))
		return TESSERA_REASON_32_BIT;
	return TESSERA_REASON_NONE;
}

/* Somebody beside its threads uses its memory: vfork, CLONE_VM. */
static bool shares_mm(struct task_struct *leader, struct mm_struct *mm)
{
	struct task_struct *other;
	bool shared = false;

	rcu_read_lock();
	for_each_process(other) {
		if (other->mm == mm && !same_thread_group(other, leader) &&
		    !(other->flags & PF_KTHREAD)) {
			shared = true;
			break;
		}
	}
	rcu_read_unlock();
	return shared;
}

/* Time at the host is not what the clock of a timer at home counts. */
static bool times_itself(struct signal_struct *signal)
{
	struct k_itimer *timer;

	if (signal->it[0].expires || signal->it[1].expires)
		return true;
	hlist_for_each_entry(timer, &signal->posix_timers, list) {
		/* Negative: of a process or thread that was named by its ID. */
		if (timer->it_clock < 0 || timer->it_clock == CLOCK_PROCESS_CPUTIME_ID ||
		    timer->it_clock == CLOCK_THREAD_CPUTIME_ID)
			return true;
	}
	return false;
}

static enum tessera_reason check_signal(struct task_struct *task)
{
	enum tessera_reason reason = TESSERA_REASON_NONE;
	struct signal_struct *signal = task->signal;
	struct sighand_struct *sighand;
	unsigned long flags;

	sighand = lock_task_sighand(task, &flags);
	if (!sighand)
		return TESSERA_REASON_EXITING;
	if (signal->flags & SIGNAL_GROUP_EXIT || signal->group_exec_task || signal->core_state)
		reason = TESSERA_REASON_EXITING;
	else if (signal->flags & SIGNAL_UNKILLABLE)
		reason = TESSERA_REASON_INIT;
	else if (signal->flags & SIGNAL_STOP_STOPPED || signal->group_stop_count)
		reason = TESSERA_REASON_STOPPED;
	else if (signal->nr_threads > TESSERA_THREADS_MAX)
		reason = TESSERA_REASON_THREADS;
	else if (task->exit_state && !thread_group_empty(task))
		reason = TESSERA_REASON_HEADLESS;
	else if (times_itself(signal))
		reason = TESSERA_REASON_TIMERS;
	spin_unlock_irqrestore(&sighand->siglock, flags);
	return reason;
}

enum tessera_reason tessera_check(struct task_struct *task)
{
	enum tessera_reason reason;
	struct task_struct *thread;
	struct mm_struct *mm;

	if (task->flags & PF_KTHREAD)
		return TESSERA_REASON_KERNEL_THREAD;
	reason = check_signal(task);
	if (reason)
		return reason;
	mm = get_task_mm(task);
	if (!mm)
		return TESSERA_REASON_EXITING;
	rcu_read_lock();
	for_each_thread(task, thread) {
		reason = check_thread(thread);
		if (reason)
			break;
	}
	rcu_read_unlock();
	if (!reason && mm->tessera && mm->tessera->locked)
		reason = TESSERA_REASON_LOCK;
	if (!reason && shares_mm(task, mm))
		reason = TESSERA_REASON_SHARED_MM;
	if (!reason)
		reason = tessera_check_mm(mm);
	mmput(mm);
	return reason;
}
