// SPDX-License-Identifier: GPL-2.0
/*
 * Groups and their members, see group.h: life times, and how all of them come to
 * a standstill together.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "call_guest.h"
#include "cpu.h"
#include "files.h"
#include "depart.h"
#include "deputy.h"
#include "group.h"
#include "guest.h"
#include "memory.h"

static DEFINE_SPINLOCK(groups_lock);	/* guards groups */
static LIST_HEAD(groups);
static struct workqueue_struct *group_wq;

static void group_notify(struct tessera_channel *channel)
{
	struct tessera_group *group = container_of(channel, struct tessera_group, channel);

	queue_work(group_wq, &group->work);
}

struct tessera_group *tessera_group_create(struct tessera_link *link, u32 id, bool guest,
					   struct mm_struct *mm)
{
	struct tessera_group *group = kzalloc(sizeof(*group), GFP_KERNEL);
	int ret;

	if (!group)
		return ERR_PTR(-ENOMEM);
	group->memory = tessera_memory_create(group);
	group->files = tessera_files_create();
	if (!group->memory || !group->files) {
		ret = -ENOMEM;
		goto free;
	}
	refcount_set(&group->ref, 1);
	group->guest = guest;
	group->id = id;
	group->state = guest ? GROUP_ARRIVING : GROUP_PARKING;
	spin_lock_init(&group->lock);
	INIT_LIST_HEAD(&group->members);
	INIT_LIST_HEAD(&group->spares);
	INIT_LIST_HEAD(&group->entry);
	init_waitqueue_head(&group->wait);
	mutex_init(&group->signal_lock);
	skb_queue_head_init(&group->stream);
	INIT_DELAYED_WORK(&group->times_work, guest ? tessera_guest_times : tessera_home_nudge);
	INIT_WORK(&group->work, guest ? tessera_guest_frames : tessera_home_frames);
	mmgrab(mm);
	group->mm = mm;
	group->link = tessera_link_get(link);
	/* The last: from here on the peer's frames are looked at. */
	ret = tessera_channel_open(&group->channel, link, tessera_channel_id(id, 0),
				   group_notify);
	if (!ret && guest)
		tessera_link_guests_add(link, 1);
	if (!ret)
		return group;
	tessera_link_put(link);
	mmdrop(mm);
free:
	tessera_memory_put(group->memory);
	tessera_files_destroy(group->files);
	kfree(group);
	return ERR_PTR(ret);
}

struct tessera_group *tessera_group_get(struct tessera_group *group)
{
	refcount_inc(&group->ref);
	return group;
}

void tessera_group_publish(struct tessera_group *group)
{
	spin_lock(&groups_lock);
	list_add_tail(&group->entry, &groups);
	spin_unlock(&groups_lock);
}

void tessera_group_close(struct tessera_group *group)
{
	spin_lock(&groups_lock);
	list_del_init(&group->entry);
	spin_unlock(&groups_lock);
	wake_up_all(&group->wait);
	tessera_channel_close(&group->channel);
	/* Never from the work itself. */
	cancel_work_sync(&group->work);
	cancel_delayed_work_sync(&group->times_work);
}

void tessera_group_put(struct tessera_group *group)
{
	if (!group || !refcount_dec_and_test(&group->ref))
		return;
	WARN_ON_ONCE(!list_empty(&group->members));
	WARN_ON_ONCE(group->channel.link);
	if (group->guest)
		tessera_link_guests_add(group->link, -1);
	else
		tessera_link_group_free(group->link, group->id);
	skb_queue_purge(&group->stream);
	if (group->reading.skb)
		tessera_message_free(&group->reading);
	tessera_memory_put(group->memory);
	tessera_files_destroy(group->files);
	if (group->mm)
		mmdrop(group->mm);
	tessera_link_put(group->link);
	kfree_rcu(group, rcu);
}

struct tessera_group *tessera_group_next(struct tessera_group *group, bool guest)
{
	struct tessera_group *next = NULL;
	struct list_head *from;

	spin_lock(&groups_lock);
	/* One that has been closed meanwhile leads nowhere: begin again. */
	from = group && !list_empty(&group->entry) ? &group->entry : &groups;
	for (from = from->next; from != &groups; from = from->next) {
		struct tessera_group *one = list_entry(from, struct tessera_group, entry);

		if (one->guest == guest && refcount_inc_not_zero(&one->ref)) {
			next = one;
			break;
		}
	}
	spin_unlock(&groups_lock);
	tessera_group_put(group);
	return next;
}

/* --- members --- */

struct tessera_task *tessera_task_create(struct tessera_group *group, u32 index)
{
	struct tessera_task *member = kzalloc(sizeof(*member), GFP_KERNEL);
	int ret;

	if (!member)
		return NULL;
	INIT_LIST_HEAD(&member->entry);
	init_waitqueue_head(&member->wait);
	member->index = index;
	init_task_work(&member->park, group->guest ? tessera_return_park : tessera_depart_park);
	init_task_work(&member->kick, tessera_guest_kick);
	init_task_work(&member->tell, tessera_guest_tell);
	init_task_work(&member->start, tessera_guest_start);
	member->group = tessera_group_get(group);
	ret = tessera_channel_open(&member->channel, group->link,
				   tessera_channel_id(group->id, index),
				   group->guest ? tessera_guest_notify : tessera_home_notify);
	if (ret) {
		tessera_group_put(group);
		kfree(member);
		return NULL;
	}
	return member;
}

/* It leaves, and nothing comes for it any more. */
static void task_detach(struct tessera_task *member)
{
	struct tessera_group *group = member->group;

	spin_lock(&group->lock);
	while (group->held) {
		spin_unlock(&group->lock);
		wait_event_idle(group->wait, !READ_ONCE(group->held));
		spin_lock(&group->lock);
	}
	tessera_group_leave(group, member);
	spin_unlock(&group->lock);
	tessera_channel_close(&member->channel);
}

static void task_free(struct tessera_task *member)
{
	tessera_task_state_free(member);
	tessera_call_free(member->call);
	kvfree(member->serving);
	kvfree(member->answering);
	tessera_group_put(member->group);
	kfree_rcu(member, rcu);
}

void tessera_task_destroy(struct tessera_task *member)
{
	if (!member)
		return;
	task_detach(member);
	task_free(member);
}

void tessera_task_destroy_in(struct tessera_task *member)
{
	task_detach(member);
	/* Nobody adds any more: not a member, and with its channel closed. */
	task_work_cancel(current, &member->park);
	task_work_cancel(current, &member->kick);
	task_work_cancel(current, &member->tell);
	task_work_cancel(current, &member->start);
	task_free(member);
}

void tessera_group_spares_free(struct tessera_group *group)
{
	struct tessera_task *member, *next;
	LIST_HEAD(spares);

	spin_lock(&group->lock);
	list_splice_init(&group->spares, &spares);
	spin_unlock(&group->lock);
	list_for_each_entry_safe(member, next, &spares, entry) {
		list_del_init(&member->entry);
		tessera_task_destroy(member);
	}
}

int tessera_task_state_alloc(struct tessera_task *member)
{
	size_t xstate = tessera_cpu_xstate_size();

	member->state = kvzalloc(sizeof(*member->state) + xstate, GFP_KERNEL);
	if (!member->state)
		return -ENOMEM;
	member->xstate = member->state + 1;
	return 0;
}

void tessera_task_state_free(struct tessera_task *member)
{
	kvfree(member->state);
	kvfree(member->signals);
	member->state = NULL;
	member->xstate = NULL;
	member->signals = NULL;
}

void tessera_group_join(struct tessera_group *group, struct tessera_task *member,
			struct task_struct *task)
{
	lockdep_assert_held(&group->lock);
	member->task = task;
	WRITE_ONCE(task->tessera, member);
	list_add_tail(&member->entry, &group->members);
	group->total++;
}

static void parked_if_all(struct tessera_group *group)
{
	lockdep_assert_held(&group->lock);
	if (group->state == GROUP_PARKING && group->total && group->parked == group->total)
		group->state = GROUP_PARKED;
}

void tessera_group_leave(struct tessera_group *group, struct tessera_task *member)
{
	lockdep_assert_held(&group->lock);
	if (list_empty(&member->entry))
		return;
	list_del_init(&member->entry);
	WRITE_ONCE(member->task->tessera, NULL);
	group->total--;
	parked_if_all(group);
	wake_up_all(&group->wait);
}

int tessera_group_park(struct tessera_group *group)
{
	int ret = 0;

	spin_lock(&group->lock);
	if (group->state == GROUP_PARKING) {
		group->parked++;
		parked_if_all(group);
	} else {
		ret = -ECANCELED;
	}
	spin_unlock(&group->lock);
	if (ret)
		return ret;
	wake_up_all(&group->wait);
	ret = wait_event_state(group->wait, READ_ONCE(group->state) != GROUP_PARKING,
			       (TASK_KILLABLE | TASK_FREEZABLE));
	spin_lock(&group->lock);
	if (ret)
		group->parked--;
	else if (group->state == GROUP_ABORTED || group->state == GROUP_ENDED)
		ret = -ECANCELED;	/* else it was parked, and may be away by now */
	spin_unlock(&group->lock);
	return ret ? (ret == -ECANCELED ? ret : -EINTR) : 0;
}

bool tessera_group_carrier(struct tessera_group *group, struct tessera_task *member)
{
	bool first;

	spin_lock(&group->lock);
	first = list_first_entry_or_null(&group->members, struct tessera_task, entry) == member;
	spin_unlock(&group->lock);
	return first;
}

unsigned int tessera_group_hold(struct tessera_group *group)
{
	unsigned int total;

	spin_lock(&group->lock);
	group->held = true;
	total = group->total;
	spin_unlock(&group->lock);
	return total;
}

void tessera_group_release(struct tessera_group *group)
{
	spin_lock(&group->lock);
	group->held = false;
	spin_unlock(&group->lock);
	wake_up_all(&group->wait);
}

void tessera_group_wake(struct tessera_group *group)
{
	struct tessera_task *member;

	spin_lock(&group->lock);
	list_for_each_entry(member, &group->members, entry)
		wake_up_all(&member->wait);
	spin_unlock(&group->lock);
	wake_up_all(&group->wait);
}

void tessera_group_set(struct tessera_group *group, bool *flag)
{
	spin_lock(&group->lock);
	WRITE_ONCE(*flag, true);
	spin_unlock(&group->lock);
	tessera_group_wake(group);
}

int tessera_group_take(struct tessera_group *group,
		       int (*take)(struct tessera_group *group, struct tessera_message *message))
{
	bool lost = tessera_channel_lost(&group->channel);
	struct tessera_message message;
	int ret = 0;

	while (!ret && tessera_channel_take(&group->channel, &message)) {
		ret = take(group, &message);
		if (message.skb)
			tessera_message_free(&message);
		/* It cannot be answered: the link's end is told when all is read. */
		if (ret == -EPIPE)
			ret = 0;
	}
	if (ret == -EPROTO)
		tessera_link_fail(group->link, TESSERA_REASON_PROTOCOL);
	if (!ret && lost)
		ret = -EPIPE;
	return ret;
}

bool tessera_group_switch(struct tessera_group *group, enum tessera_group_state from,
			  enum tessera_group_state to)
{
	bool done;

	spin_lock(&group->lock);
	done = group->state == from;
	if (done)
		WRITE_ONCE(group->state, to);
	spin_unlock(&group->lock);
	if (done)
		tessera_group_wake(group);
	return done;
}

void tessera_group_abort_locked(struct tessera_group *group, enum tessera_reason reason)
{
	lockdep_assert_held(&group->lock);
	switch (group->state) {
	case GROUP_ARRIVING:
	case GROUP_PARKING:
	case GROUP_PARKED:
		if (!group->reason)
			group->reason = reason;
		WRITE_ONCE(group->state, GROUP_ABORTED);
		break;
	case GROUP_RUNNING:
	case GROUP_AWAY:
	case GROUP_RETURNING:
	case GROUP_ABORTED:
	case GROUP_ENDED:
		break;
	}
}

void tessera_group_abort(struct tessera_group *group, enum tessera_reason reason)
{
	spin_lock(&group->lock);
	tessera_group_abort_locked(group, reason);
	spin_unlock(&group->lock);
	tessera_group_wake(group);
}

struct task_struct *tessera_group_task(struct tessera_group *group)
{
	struct task_struct *task = NULL;
	struct tessera_task *first;

	spin_lock(&group->lock);
	first = list_first_entry_or_null(&group->members, struct tessera_task, entry);
	if (first)
		task = get_task_struct(first->task);
	spin_unlock(&group->lock);
	return task;
}

void tessera_group_kill(struct tessera_group *group)
{
	struct task_struct *task = tessera_group_task(group);

	if (!task)
		return;
	do_send_sig_info(SIGKILL, SEND_SIG_PRIV, task, PIDTYPE_TGID);
	put_task_struct(task);
}

int tessera_group_barrier(struct tessera_group *group, unsigned int *counter)
{
	enum tessera_group_state state = READ_ONCE(group->state);
	int ret;

	spin_lock(&group->lock);
	(*counter)++;
	spin_unlock(&group->lock);
	wake_up_all(&group->wait);
	ret = wait_event_killable(group->wait, READ_ONCE(*counter) >= READ_ONCE(group->total) ||
				  READ_ONCE(group->state) != state);
	/* If one is killed all are: it may have been counted, and gone, while others work. */
	if (ret || fatal_signal_pending(current))
		return -EINTR;
	return READ_ONCE(*counter) >= READ_ONCE(group->total) ? 0 : -ECANCELED;
}

void tessera_group_flag(struct tessera_group *group)
{
	struct tessera_task *member;

	lockdep_assert_held(&group->lock);
	list_for_each_entry(member, &group->members, entry) {
		task_work_add(member->task, &member->park, TWA_SIGNAL);
		wake_up_all(&member->wait);	/* those who stand still for home */
	}
}

int __init tessera_group_init(void)
{
	group_wq = alloc_workqueue("tessera_group", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return group_wq ? 0 : -ENOMEM;
}
