// SPDX-License-Identifier: GPL-2.0
/*
 * What the rest of the kernel calls, when a task or an address space of Tessera's
 * is concerned; see <linux/tessera.h>.
 */
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/task_work.h>
#include <linux/tessera.h>

#include "deputy.h"
#include "group.h"
#include "guest.h"
#include "hooks.h"
#include "process.h"

void __tessera_exit(long code)
{
	struct tessera_task *member = current->tessera;

	if (member->group->guest)
		tessera_guest_exit(member, code);
	else
		tessera_home_exit(member);
}

/* A thread is born while the others are being stopped: it has to stop, too. */
static void born_while_parking(struct tessera_task *parent, struct task_struct *child)
{
	struct tessera_group *group = parent->group;
	struct tessera_task *member;

	spin_lock(&group->lock);
	member = child->tessera;	/* seen in the list by now */
	if (group->state == GROUP_PARKING && !member) {
		member = list_first_entry_or_null(&group->spares, struct tessera_task, entry);
		if (member) {
			list_del_init(&member->entry);
			tessera_group_join(group, member, child);
			task_work_add(child, &member->park, TWA_RESUME);
		}
	}
	spin_unlock(&group->lock);
	if (!member)
		tessera_group_abort(group, TESSERA_REASON_BUSY);
}

/* Whoever may not attach to it does not move it, either; he is told so later. */
int __tessera_bring_home(struct task_struct *task)
{
	if (!ptrace_may_access(task, PTRACE_MODE_ATTACH_REALCREDS))
		return 0;
	return tessera_process_move(task, 0, 0);
}

/* Its parent has to see it stop, and whoever waits for it how it ends. */
bool __tessera_fall_at_home(int sig, struct kernel_siginfo *info)
{
	struct tessera_task *member = current->tessera;
	struct tessera_group *group = member->group;

	lockdep_assert_task_sighand_held(current);
	if (!group->guest || !(sig_kernel_coredump(sig) || sig_kernel_stop(sig)) ||
	    READ_ONCE(group->state) == GROUP_ENDED)
		return false;
	/* It is pending again, and goes along. */
	send_signal_locked(sig, info, current, PIDTYPE_PID);
	tessera_guest_fall_at_home(member);
	return true;
}

void __tessera_fork(struct task_struct *child)
{
	struct tessera_task *parent = current->tessera;

	if (parent->newborn)
		tessera_guest_born(parent, child);
	else if (!parent->group->guest && same_thread_group(child, current))
		born_while_parking(parent, child);
}
