// SPDX-License-Identifier: GPL-2.0
/*
 * A process arrives: the task that the cage prepared becomes its first thread and
 * makes the others. All of it happens at the task's border to user mode, so that
 * the registers it gets are the ones it goes on with.
 *
 * What the task was is given up before anything of the guest runs: memory, files,
 * credentials. From then on it can do only what the table of calls allows.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/tessera.h>
#include <asm/syscall.h>

#include "files.h"
#include "group.h"
#include "guest.h"
#include "hooks.h"
#include "image.h"
#include "memory.h"
#include "offer.h"
#include "process.h"
#include "space.h"
#include "state_in.h"
#include "thread.h"
#include "times.h"
#include "trace.h"

#define START_WITHIN	(20 * HZ)
#define GUEST_UIDS	0x7e550000	/* and the home's number: nobody else's user */

struct arriving {
	struct callback_head work;
	struct tessera_group *group;
};

/* --- giving up what it was --- */

/* What is counted for a user is counted for this one: limits of each home's guests. */
static int set_user(struct cred *cred, kuid_t uid)
{
	struct user_struct *user = alloc_uid(uid);

	if (!user)
		return -ENOMEM;
	free_uid(cred->user);
	cred->user = user;
	cred->uid = uid;
	cred->euid = uid;
	cred->suid = uid;
	cred->fsuid = uid;
	return set_cred_ucounts(cred);
}

static int drop_credentials(u16 home)
{
	const kuid_t uid = make_kuid(&init_user_ns, GUEST_UIDS + home);
	const kgid_t gid = make_kgid(&init_user_ns, GUEST_UIDS + home);
	struct group_info *none;
	struct cred *cred;
	int ret;

	none = groups_alloc(0);
	if (!none)
		return -ENOMEM;
	cred = prepare_creds();
	if (!cred) {
		put_group_info(none);
		return -ENOMEM;
	}
	ret = set_user(cred, uid);
	if (ret) {
		put_group_info(none);
		abort_creds(cred);
		return ret;
	}
	cred->gid = gid;
	cred->egid = gid;
	cred->sgid = gid;
	cred->fsgid = gid;
	cred->cap_inheritable = CAP_EMPTY_SET;
	cred->cap_permitted = CAP_EMPTY_SET;
	cred->cap_effective = CAP_EMPTY_SET;
	cred->cap_bset = CAP_EMPTY_SET;
	cred->cap_ambient = CAP_EMPTY_SET;
	set_groups(cred, none);
	put_group_info(none);
	commit_creds(cred);
	task_set_no_new_privs(current);
	/* Nobody but root looks at it, and it leaves no core file here. */
	set_dumpable(current->mm, SUID_DUMP_DISABLE);
	return 0;
}

static int close_all_files(void)
{
	struct pt_regs regs = { .di = 0, .si = ~0U, .dx = 0 };

	return x64_sys_call(&regs, __NR_close_range);
}

static void take_limits(const struct state_process *process)
{
	static const int which[] = { RLIMIT_STACK, RLIMIT_AS, RLIMIT_DATA, RLIMIT_SIGPENDING,
				     RLIMIT_CPU };
	struct rlimit *own = current->signal->rlim;
	unsigned long pending = own[RLIMIT_SIGPENDING].rlim_max;
	unsigned int i;

	task_lock(current->group_leader);
	for (i = 0; i < ARRAY_SIZE(which); i++) {
		own[which[i]].rlim_max = process->limits[which[i]][1];
		own[which[i]].rlim_cur = min(process->limits[which[i]][0],
					     process->limits[which[i]][1]);
	}
	/* Signals take the kernel's memory, and this is another kernel. */
	own[RLIMIT_SIGPENDING].rlim_max = min(own[RLIMIT_SIGPENDING].rlim_max, pending);
	own[RLIMIT_SIGPENDING].rlim_cur = min(own[RLIMIT_SIGPENDING].rlim_cur, pending);
	task_unlock(current->group_leader);
}

/* --- threads --- */

static struct tessera_task *new_member(struct tessera_group *group, u32 index)
{
	return tessera_task_create(group, index);
}

static bool all_ready(struct tessera_group *group)
{
	return READ_ONCE(group->done) == READ_ONCE(group->total);
}

static bool decided(struct tessera_group *group)
{
	return READ_ONCE(group->state) != GROUP_ARRIVING;
}

/* The last step of each thread: its own state, and the word to run. */
static int start(struct tessera_task *member)
{
	struct tessera_group *group = member->group;
	long left;
	int ret;

	ret = drop_credentials(tessera_link_node(group->link)) ?: tessera_thread_apply(member);
	if (ret)
		return ret;
	spin_lock(&group->lock);
	group->done++;
	spin_unlock(&group->lock);
	wake_up_all(&group->wait);
	/* The first of them tells home when all are ready. */
	if (thread_group_leader(current)) {
		left = wait_event_killable_timeout(group->wait, all_ready(group) || decided(group),
						   START_WITHIN);
		if (left <= 0)
			return -ETIMEDOUT;
		tessera_times_limit();	/* begins with the sum of all */
		tessera_group_set(group, &group->ready);
		ret = tessera_channel_send(&group->channel, TESSERA_FRAME_READY, 0, NULL, 0);
		if (ret)
			return ret;
	}
	left = wait_event_killable_timeout(group->wait, decided(group), START_WITHIN);
	if (left <= 0 || READ_ONCE(group->state) == GROUP_ABORTED ||
	    READ_ONCE(group->state) == GROUP_ENDED)
		return -ECANCELED;
	set_task_syscall_work(current, TESSERA);
	set_bit(MEMBER_RUNNING, &member->flags);
	tessera_guest_wait_end(member);
	tessera_thread_leave();
	return 0;
}

void tessera_guest_start(struct callback_head *work)
{
	struct tessera_task *member = container_of(work, struct tessera_task, start);
	int ret = start(member);

	if (ret)
		tessera_guest_fail(member->group, ret);
}

static int clone_thread(struct tessera_task *leader, struct tessera_task *member)
{
	pid_t tid = member->state->tid;
	struct kernel_clone_args args = {
		.flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			 CLONE_SYSVSEM,
		.set_tid = &tid,
		.set_tid_size = 1,
	};
	pid_t pid;

	leader->newborn = member;	/* for the fork hook */
	pid = kernel_clone(&args);
	leader->newborn = NULL;
	return pid < 0 ? pid : 0;
}

/* The fork hook, in the parent, before the child runs for the first time. */
void tessera_guest_born(struct tessera_task *parent, struct task_struct *child)
{
	struct tessera_task *member = parent->newborn;
	struct tessera_group *group = parent->group;

	spin_lock(&group->lock);
	tessera_group_join(group, member, child);
	spin_unlock(&group->lock);
	task_work_add(child, &member->start, TWA_RESUME);
}

static int make_threads(struct tessera_arrival *arrival, struct tessera_task *leader)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < arrival->process->threads && !ret; i++) {
		if (!arrival->members[i])
			continue;	/* the first one, which is there */
		ret = clone_thread(leader, arrival->members[i]);
		if (!ret)
			arrival->members[i] = NULL;	/* its own now */
	}
	return ret;
}

/* --- the process --- */

static struct tessera_task *leader_of(struct tessera_arrival *arrival)
{
	u32 i;

	for (i = 0; i < arrival->process->threads; i++) {
		if (arrival->members[i]->state->tid == task_pid_vnr(current))
			return arrival->members[i];
	}
	return NULL;
}

static int become(struct tessera_group *group, struct tessera_arrival *arrival)
{
	struct tessera_task *leader = leader_of(arrival);
	int ret;
	u32 i;

	if (!leader)
		return -EPROTO;
	ret = close_all_files();
	/* Files of this node, but only those that its home has as well. */
	if (!ret && tessera_image_same(tessera_link_hello(group->link)))
		ret = tessera_files_open(group->files, arrival->files,
					 arrival->process->files);
	if (!ret)
		ret = tessera_space_build(group, arrival->vmas, arrival->process->vmas);
	if (ret)
		return ret;
	tessera_space_load(arrival->process);
	tessera_state_actions(arrival->process);
	tessera_state_barriers(arrival->process);
	tessera_state_await_clock(arrival->process);
	current->personality = arrival->process->personality;
	group->signalfd = arrival->process->signalfd;
	take_limits(arrival->process);
	tessera_times_set_ended(&arrival->process->ended);
	tessera_process_set_group(current->mm, group);

	spin_lock(&group->lock);
	tessera_group_join(group, leader, current);
	spin_unlock(&group->lock);
	for (i = 0; i < arrival->process->threads; i++) {
		if (arrival->members[i] == leader)
			arrival->members[i] = NULL;
	}
	return make_threads(arrival, leader);
}

static void members_free(struct tessera_arrival *arrival)
{
	u32 i;

	for (i = 0; arrival->members && i < arrival->process->threads; i++)
		tessera_task_destroy(arrival->members[i]);
}

static void arrive(struct callback_head *work)
{
	struct arriving *arriving = container_of(work, struct arriving, work);
	struct tessera_group *group = arriving->group;
	struct tessera_arrival arrival;
	int ret;

	kfree(arriving);
	if (current->flags & PF_EXITING) {
		/* Killed before it began. */
		tessera_offer_refuse(group->link, group->id, TESSERA_REASON_NO_CAGE);
		tessera_group_close(group);
		tessera_group_put(group);
		return;
	}
	ret = tessera_state_read(group, &arrival, new_member);
	if (!ret)
		ret = become(group, &arrival);
	/* Those that have no thread by now get none. */
	members_free(&arrival);
	tessera_state_free(&arrival);
	if (!ret) {
		tessera_group_publish(group);
		ret = start(current->tessera);
	}
	trace_tessera_arrive(group, ret);
	if (!ret)
		return;
	pr_notice_ratelimited("tessera: a process (%s) of node %u could not be taken: error %d\n",
			      group->comm, tessera_link_node(group->link), ret);
	tessera_guest_fail(group, ret);
	if (!current->tessera) {
		/* No member was there to end the group. */
		tessera_group_close(group);
		tessera_group_put(group);
		send_sig(SIGKILL, current, 1);
	}
}

static bool task_is_fit(const struct frame_offer *offer)
{
	return task_pid_vnr(current) == offer->tid && thread_group_empty(current) &&
	       atomic_read(&current->mm->mm_users) == 1 && !current->ptrace &&
	       !current->mm->tessera && !current->tessera && !is_child_reaper(task_pid(current));
}

int tessera_guest_become(u64 id)
{
	struct arriving *arriving;
	struct tessera_group *group;
	struct tessera_link *link;
	struct frame_offer offer;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	arriving = kzalloc(sizeof(*arriving), GFP_KERNEL);
	if (!arriving)
		return -ENOMEM;
	ret = tessera_offer_accept(id, &offer, &link);
	if (ret)
		goto free;
	ret = -EINVAL;
	if (!task_is_fit(&offer))
		goto put_link;
	ret = -ENOMEM;
	if (!tessera_process_get(current->mm))
		goto put_link;
	group = tessera_group_create(link, offer.group, true, current->mm);
	ret = PTR_ERR_OR_ZERO(group);
	if (ret)
		goto put_link;
	group->pid = task_tgid_nr(current);
	group->home_pid = offer.tid;
	strscpy(group->comm, offer.comm, sizeof(group->comm));
	ret = tessera_channel_send(&group->channel, TESSERA_FRAME_ACCEPT, 0, NULL, 0);
	if (ret)
		goto close;
	arriving->group = group;
	init_task_work(&arriving->work, arrive);
	task_work_add(current, &arriving->work, TWA_RESUME);
	tessera_link_put(link);
	return 0;

close:
	tessera_group_close(group);
	tessera_group_put(group);
put_link:
	tessera_offer_refuse(link, offer.group, TESSERA_REASON_NO_CAGE);
	tessera_link_put(link);
free:
	kfree(arriving);
	return ret;
}
