// SPDX-License-Identifier: GPL-2.0
/*
 * Leaving home, see depart.h. First everything that takes time is done while the
 * process runs on: the link, the host's task, room for its threads. Then all
 * threads come to a standstill at the border to user mode, the first of them
 * sends the state of all, and when the host has it in place, home decides once.
 * Until then nothing of the process has changed, and any failure lets it run on.
 */
#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tessera.h>

#include "cpu.h"
#include "deputy.h"
#include "depart.h"
#include "events.h"
#include "files.h"
#include "group.h"
#include "memory.h"
#include "nodes.h"
#include "offer.h"
#include "process.h"
#include "space.h"
#include "thread.h"
#include "times.h"
#include "trace.h"

#define ACCEPT_WITHIN	(10 * HZ)
#define PARK_WITHIN	(2 * HZ)	/* vfork and sleeps on disks may last */
#define READY_WITHIN	(20 * HZ)
#define SPARE_THREADS	8		/* born while the others are stopped */

/* --- in the context of the one who wants it moved --- */

static enum tessera_reason node_reason(u16 node)
{
	struct tessera_node entry;

	if (!tessera_nodes_get(node, &entry))
		return TESSERA_REASON_NO_NODE;
	if (node == tessera_nodes_self())
		return TESSERA_REASON_SELF;
	return entry.status == TESSERA_STATUS_UP ? TESSERA_REASON_NONE :
						   TESSERA_REASON_NODE_DOWN;
}

static void spares_free(struct list_head *spares)
{
	struct tessera_task *member, *next;

	list_for_each_entry_safe(member, next, spares, entry) {
		list_del_init(&member->entry);
		tessera_task_destroy(member);
	}
}

static int spares_make(struct tessera_group *group, unsigned int count, struct list_head *spares)
{
	unsigned int i;

	for (i = 1; i <= count; i++) {
		struct tessera_task *member = tessera_task_create(group, i);

		if (!member) {
			spares_free(spares);
			return -ENOMEM;
		}
		list_add_tail(&member->entry, spares);
	}
	return 0;
}

static struct tessera_group *group_for(struct tessera_link *link, struct task_struct *task,
				       struct mm_struct *mm)
{
	struct tessera_group *group;
	int id = tessera_link_group_alloc(link);

	if (id < 0)
		return ERR_PTR(id);
	group = tessera_group_create(link, id, false, mm);
	if (IS_ERR(group)) {
		tessera_link_group_free(link, id);
		return group;
	}
	group->pid = task_tgid_nr(task);
	get_task_comm(group->comm, task->group_leader);
	return group;
}

static enum tessera_reason offer(struct tessera_group *group, struct task_struct *task)
{
	struct frame_offer offer = {
		.group = group->id,
		.tid = task_tgid_nr_ns(task, task_active_pid_ns(task)),
		.threads = get_nr_threads(task),
	};
	long left;

	tessera_times_clocks(task, &offer.monotonic_ns, &offer.boottime_ns);
	strscpy_pad(offer.comm, group->comm, sizeof(offer.comm));
	if (tessera_offer_send(group->link, &offer))
		return TESSERA_REASON_LINK_LOST;
	left = wait_event_killable_timeout(group->wait, READ_ONCE(group->accepted) ||
					   READ_ONCE(group->state) == GROUP_ABORTED,
					   ACCEPT_WITHIN);
	if (READ_ONCE(group->state) == GROUP_ABORTED)
		return group->reason;
	if (left < 0)
		return TESSERA_REASON_INTERRUPTED;
	return left ? TESSERA_REASON_NONE : TESSERA_REASON_TIMEOUT;
}

/* Every thread that there is gets a member and is sent to park. */
static enum tessera_reason flag_threads(struct tessera_group *group, struct task_struct *task,
					struct list_head *spares)
{
	enum tessera_reason reason = TESSERA_REASON_NONE;
	struct sighand_struct *sighand;
	struct task_struct *thread;
	unsigned long flags;

	read_lock(&tasklist_lock);	/* against debuggers that attach */
	spin_lock(&group->lock);
	sighand = lock_task_sighand(task, &flags);
	if (!sighand) {
		spin_unlock(&group->lock);
		read_unlock(&tasklist_lock);
		return TESSERA_REASON_EXITING;
	}
	if (task->signal->flags & SIGNAL_GROUP_EXIT || task->signal->group_exec_task ||
	    task->signal->core_state)
		reason = TESSERA_REASON_EXITING;
	else if (task->signal->flags & SIGNAL_STOP_STOPPED || task->signal->group_stop_count)
		reason = TESSERA_REASON_STOPPED;
	for_each_thread(task, thread) {
		struct tessera_task *member;

		if (reason)
			break;
		if (thread->exit_state || thread->flags & PF_EXITING) {
			/* Its last words in memory are still to come. */
			if (READ_ONCE(thread->mm))
				reason = TESSERA_REASON_BUSY;
			continue;
		}
		if (thread->jobctl & JOBCTL_TRAP_FREEZE || cgroup_task_frozen(thread)) {
			reason = TESSERA_REASON_STOPPED;
			break;
		}
		if (thread->ptrace) {
			reason = TESSERA_REASON_TRACED;
			break;
		}
		member = list_first_entry_or_null(spares, struct tessera_task, entry);
		if (!member) {
			reason = TESSERA_REASON_BUSY;	/* they are born faster than that */
			break;
		}
		list_del_init(&member->entry);
		tessera_group_join(group, member, thread);
		if (task_work_add(thread, &member->park, TWA_SIGNAL)) {
			/* It is ending: as if it was not there. */
			tessera_group_leave(group, member);
			list_add_tail(&member->entry, spares);
		}
	}
	if (!reason && !group->total)
		reason = TESSERA_REASON_EXITING;
	/* Those left are for threads that are born from here on. */
	if (!reason)
		list_splice_init(spares, &group->spares);
	/* At once: those who were flagged must not leave without the others. */
	if (reason)
		tessera_group_abort_locked(group, reason);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	spin_unlock(&group->lock);
	read_unlock(&tasklist_lock);
	return reason;
}

static enum tessera_reason wait_departed(struct tessera_group *group)
{
	long left;

	left = wait_event_killable_timeout(group->wait,
					   READ_ONCE(group->state) != GROUP_PARKING, PARK_WITHIN);
	if (left <= 0)
		tessera_group_abort(group, left ? TESSERA_REASON_INTERRUPTED :
						  TESSERA_REASON_BUSY);
	if (wait_event_killable(group->wait, READ_ONCE(group->state) != GROUP_PARKED))
		tessera_group_abort(group, TESSERA_REASON_INTERRUPTED);
	if (READ_ONCE(group->state) == GROUP_ABORTED)
		return group->reason ?: TESSERA_REASON_BUSY;
	/* The last of its threads may have ended the group by now. */
	return READ_ONCE(group->reason);
}

static void tell(struct tessera_group *group, u16 node, enum tessera_reason reason)
{
	tessera_event_post(&(struct tessera_event) {
		.type = reason ? TESSERA_EVENT_STAYED : TESSERA_EVENT_MOVED,
		.node = node,
		.pid = group->pid,
		.reason = reason,
	});
}

static enum tessera_reason depart_by(struct tessera_link *link, struct task_struct *task,
				     struct mm_struct *mm, u16 node)
{
	LIST_HEAD(spares);
	struct tessera_group *group;
	enum tessera_reason reason;

	if (!tessera_cpu_fits(tessera_link_hello(link), mm->tessera->level))
		return TESSERA_REASON_CPU_FEATURE;
	group = group_for(link, task, mm);
	if (IS_ERR(group))
		return TESSERA_REASON_NO_MEMORY;
	reason = TESSERA_REASON_NO_MEMORY;
	if (!spares_make(group, get_nr_threads(task) + SPARE_THREADS, &spares))
		reason = offer(group, task);
	if (!reason) {
		tessera_process_set_group(mm, group);
		tessera_group_publish(group);
		reason = flag_threads(group, task, &spares);
	}
	if (reason)
		tessera_group_abort(group, reason);
	else
		reason = wait_departed(group);
	spares_free(&spares);
	tessera_group_spares_free(group);
	if (reason)
		tessera_home_end_if_last(group);
	tell(group, node, reason);
	tessera_group_put(group);
	return reason;
}

enum tessera_reason tessera_depart(struct task_struct *task, struct mm_struct *mm, u16 node)
{
	enum tessera_reason reason;
	struct tessera_link *link;

	reason = node_reason(node) ?: tessera_check(task) ?: tessera_link_wait(node, &link);
	if (!reason) {
		reason = depart_by(link, task, mm, node);
		tessera_link_put(link);
	}
	trace_tessera_depart(task_tgid_nr(task), node, reason);
	return reason;
}

enum tessera_reason tessera_depart_check(const struct tessera_mm *process, u16 node)
{
	enum tessera_reason reason = node_reason(node);
	struct tessera_link *link;

	if (!reason && process->locked)
		reason = TESSERA_REASON_LOCK;
	if (!reason)
		reason = tessera_link_wait(node, &link);
	if (!reason) {
		if (!tessera_cpu_fits(tessera_link_hello(link), process->level))
			reason = TESSERA_REASON_CPU_FEATURE;
		tessera_link_put(link);
	}
	return reason;
}

/* --- in the context of its threads --- */

/* Not their number: those with the first slots may have ended meanwhile. */
static u32 last_index(struct tessera_group *group)
{
	struct tessera_task *member;
	u32 last = 0;

	spin_lock(&group->lock);
	list_for_each_entry(member, &group->members, entry)
		last = max(last, member->index);
	spin_unlock(&group->lock);
	return last;
}

static int scratch_map(struct tessera_group *group)
{
	size_t size = (size_t)last_index(group) * TESSERA_ARENA_MAX;
	unsigned long at;

	at = vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
	if (IS_ERR_VALUE(at))
		return at;
	group->scratch = at;
	group->scratch_size = size;
	return 0;
}

void tessera_scratch_unmap(struct tessera_group *group)
{
	if (group->scratch_size)
		vm_munmap(group->scratch, group->scratch_size);
	group->scratch = 0;
	group->scratch_size = 0;
}

static enum tessera_reason wait_ready(struct tessera_group *group)
{
	long left;

	left = wait_event_killable_timeout(group->wait, READ_ONCE(group->ready) ||
					   READ_ONCE(group->state) != GROUP_PARKED, READY_WITHIN);
	if (left < 0)
		return TESSERA_REASON_INTERRUPTED;
	if (READ_ONCE(group->state) != GROUP_PARKED)
		return group->reason ?: TESSERA_REASON_BUSY;
	return left ? TESSERA_REASON_NONE : TESSERA_REASON_TIMEOUT;
}

/* The carrier acts for all: the state goes out, and home decides. */
static void carry(struct tessera_group *group)
{
	/* Again: much may have happened since it was asked for. */
	enum tessera_reason reason = tessera_check(current->group_leader);
	int ret = 0;

	if (!reason) {
		ret = tessera_space_chunks(group) ?: tessera_state_send(group);
		if (ret)
			reason = ret == -E2BIG ? TESSERA_REASON_VMAS :
				 ret == -ENOMEM ? TESSERA_REASON_NO_MEMORY :
						  TESSERA_REASON_LINK_LOST;
	}
	/* Not before its own list was made. */
	if (!reason && scratch_map(group))
		reason = TESSERA_REASON_NO_MEMORY;
	if (!reason)
		reason = wait_ready(group);
	if (!reason) {
		atomic_inc(&current->mm->tessera->moves);
		/* The point of no return. */
		if (tessera_group_switch(group, GROUP_PARKED, GROUP_AWAY)) {
			tessera_channel_send(&group->channel, TESSERA_FRAME_RUN, 0, NULL, 0);
			tessera_memory_push(group->memory);
			return;
		}
		reason = group->reason;
	}
	/* While nobody could have mapped anything there. */
	tessera_scratch_unmap(group);
	tessera_group_abort(group, reason);
}

static bool fault_pending(void)
{
	struct sighand_struct *sighand = tessera_own_sighand();
	struct sigqueue *q;
	bool found = false;

	spin_lock_irq(&sighand->siglock);
	list_for_each_entry(q, &current->pending.list, list)
		found |= sig_kernel_coredump(q->info.si_signo) && q->info.si_code > SI_USER;
	spin_unlock_irq(&sighand->siglock);
	return found;
}

void tessera_depart_park(struct callback_head *work)
{
	struct tessera_task *member = container_of(work, struct tessera_task, park);
	struct tessera_group *group = member->group;
	enum tessera_group_state state;
	int ret = 0;

	/* What is to be done beside it, as closing files, is not left until it is back. */
	if (work->next && !task_work_add(current, work, TWA_RESUME))
		return;
	if (current->mm != group->mm) {
		tessera_group_abort(group, TESSERA_REASON_EXITING);	/* exec */
		ret = -ECANCELED;
	}
	/* A 64-bit program can jump into 32-bit code. */
	if (!ret && !user_64bit_mode(task_pt_regs(current))) {
		tessera_group_abort(group, TESSERA_REASON_32_BIT);
		ret = -ECANCELED;
	}
	/* A handler for a fault sees the registers that it was at. */
	if (!ret && fault_pending()) {
		tessera_group_abort(group, TESSERA_REASON_BUSY);
		ret = -ECANCELED;
	}
	if (!ret)
		ret = tessera_thread_capture(member);
	if (ret)
		tessera_group_abort(group, TESSERA_REASON_NO_MEMORY);
	else
		ret = tessera_group_park(group);
	if (ret == -EINTR)
		tessera_group_abort(group, TESSERA_REASON_INTERRUPTED);
	if (!ret && READ_ONCE(group->state) == GROUP_PARKED &&
	    tessera_group_carrier(group, member))
		carry(group);
	else if (!ret && wait_event_killable(group->wait,
					     READ_ONCE(group->state) != GROUP_PARKED))
		tessera_group_abort(group, TESSERA_REASON_INTERRUPTED);
	/* Whoever was slow to wake may find it on its way back already. */
	state = READ_ONCE(group->state);
	if (!ret && (state == GROUP_AWAY || state == GROUP_RETURNING)) {
		tessera_deputy(member);
		return;
	}
	/* As if nothing had been. */
	tessera_home_leave(member);
	tessera_thread_go_on();
}
