/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that is away from home: a group of threads that moves as one. There
 * is one object of these at each end. At home its members are the deputies, at
 * the host the threads of the guest.
 *
 *	home    PARKING ─▶ PARKED ─▶ AWAY ─▶ RETURNING ─▶ ENDED
 *	            └────────┴──▶ ABORTED
 *	host    ARRIVING ─▶ RUNNING ─▶ PARKING ─▶ PARKED ─▶ ENDED
 *	            └──▶ ABORTED       └▶ RUNNING (it did not work)
 *
 * From anywhere to ENDED when the process dies or the link is lost.
 */
#ifndef _TESSERA_GROUP_H
#define _TESSERA_GROUP_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "link.h"
#include "state.h"

struct tessera_memory;

enum tessera_group_state {
	GROUP_ARRIVING,
	GROUP_RUNNING,
	GROUP_PARKING,
	GROUP_PARKED,
	GROUP_AWAY,
	GROUP_RETURNING,
	GROUP_ABORTED,
	GROUP_ENDED,
};

struct tessera_group {
	refcount_t ref;
	bool guest;
	u32 id;
	struct tessera_link *link;
	struct tessera_channel channel;
	struct work_struct work;	/* takes frames out of the channel */
	struct delayed_work times_work;	/* guest: has its threads tell their CPU time; */
					/* home: see tessera_home_nudge() */
	unsigned long wake_until;	/* home: jiffies */
	struct mm_struct *mm;		/* mmgrab() */
	struct tessera_memory *memory;
	pid_t pid;			/* of the process, first PID name space */
	pid_t home_pid;			/* host: as its home knows it */
	char comm[TASK_COMM_LEN];

	spinlock_t lock;		/* guards what follows up to members */
	enum tessera_group_state state;
	enum tessera_reason reason;	/* why it was aborted, or lost */
	unsigned int total, parked;	/* members; those who stand still */
	unsigned int done;		/* of this step: applied, ready, … */
	bool accepted;			/* home: the host's word */
	bool ready;			/* all is in its place at the host */
	bool return_ok, laid_out;	/* host: home's, on the way back */
	bool pages_end, home_ready;	/* home, on the way back */
	bool lost;			/* the peer will say nothing more */
	bool recalled;			/* host: it shall go home */
	bool signalfd;			/* host: home has one of its own */
	bool held;			/* nobody leaves now */
	bool exit_sent;			/* its end was told to the peer */
	bool exiting;			/* home: the guest ended, with: */
	u32 exit_code;
	struct frame_exit exit;
	u64 since;			/* home: when it left, and with: */
	struct state_times left;
	struct state_times told;	/* home: of all its threads */
	bool charged;			/* its CPU time */
	bool finished;			/* its last member is gone */
	struct list_head members;
	struct list_head spares;	/* home: for threads born while parking */

	wait_queue_head_t wait;		/* state, counters, stream */
	struct sk_buff_head stream;	/* DATA frames */
	struct tessera_message reading;	/* the one that is being read */
	size_t reading_at;

	struct mutex signal_lock;	/* home: signals on their way; see signals.c */
	unsigned long scratch;		/* home: a slot for each thread's calls */
	size_t scratch_size;
	struct tessera_files *files;	/* what it has mapped */
	struct list_head entry;		/* in all groups of this node */
	struct rcu_head rcu;
};

/* Flags of a member. */
enum {
	MEMBER_KICKED,		/* guest: its work to look at the channel is queued */
	MEMBER_IN_CALL,		/* deputy: runs a forwarded call */
	MEMBER_RUNNING,		/* guest: may be kicked */
	MEMBER_WAITING,		/* guest: looks at the channel by itself */
	MEMBER_RESTART_HOME,	/* guest: the restart block is at home */
	MEMBER_TELLING,		/* guest: its work to tell its CPU time is queued */
	MEMBER_HELD,		/* deputy: the guest's thread stands still */
	MEMBER_DYING,		/* guest: goes home for that */
};

struct tessera_task {
	struct tessera_group *group;
	struct list_head entry;		/* in group->members */
	struct task_struct *task;
	u32 index;
	unsigned long flags;
	struct tessera_channel channel;
	wait_queue_head_t wait;
	struct callback_head park;	/* brings the thread to a standstill */
	struct callback_head kick;	/* guest: look at the channel */
	struct callback_head tell;	/* guest: its CPU time, to home */
	struct callback_head start;	/* guest: a new thread's first steps */
	struct tessera_task *newborn;	/* the one whose thread is being made */
	struct tessera_call *call;	/* guest: kept from call to call */
	u32 request;			/* of the last call */
	struct state_times left;	/* CPU time that it had when it left */
	struct state_times told;	/* and that both ends know of */
	atomic_t signals_out;		/* deputy: sent, and not known to be taken */
	u32 signals_taken;		/* guest: and not told */
	unsigned long scratch;		/* deputy: where its calls' arenas are */
	void *serving, *answering;	/* deputy: of the call under way, should it die in it */

	struct state_thread *state;	/* captured, or to be applied; with: */
	void *xstate;
	struct state_signal *signals;
	struct rcu_head rcu;
};

struct tessera_group *tessera_group_create(struct tessera_link *link, u32 id, bool guest,
					   struct mm_struct *mm);
struct tessera_group *tessera_group_get(struct tessera_group *group);
void tessera_group_put(struct tessera_group *group);
/* Close its channel; what is under way is over when this returns. */
void tessera_group_close(struct tessera_group *group);

/* A member that is not yet in the group. Needs no lock. */
struct tessera_task *tessera_task_create(struct tessera_group *group, u32 index);
/* NULL is fine. Leaves the group if it is in it. */
void tessera_task_destroy(struct tessera_task *member);
/* The same for the current thread's own: nothing is left to be run by it. */
void tessera_task_destroy_in(struct tessera_task *member);
/* Room for its state, and no room any more. */
int tessera_task_state_alloc(struct tessera_task *member);
void tessera_task_state_free(struct tessera_task *member);

/* Those spares that no thread took. */
void tessera_group_spares_free(struct tessera_group *group);

/* group->lock is held. */
void tessera_group_join(struct tessera_group *group, struct tessera_task *member,
			struct task_struct *task);
void tessera_group_leave(struct tessera_group *group, struct tessera_task *member);

/*
 * Stand still until all do: 0 when the group is parked, -ECANCELED when it is
 * not any more about to, -EINTR when killed.
 */
int tessera_group_park(struct tessera_group *group);
/* The member that acts for all of a parked group: the first. */
bool tessera_group_carrier(struct tessera_group *group, struct tessera_task *member);
/* One state to another, if it is that one; wakes everybody who waits. */
bool tessera_group_switch(struct tessera_group *group, enum tessera_group_state from,
			  enum tessera_group_state to);
/* It does not work: from any state of before the point of no return. */
void tessera_group_abort(struct tessera_group *group, enum tessera_reason reason);
/* The same under group->lock; nobody is woken. */
void tessera_group_abort_locked(struct tessera_group *group, enum tessera_reason reason);
/* One of its tasks, counted; NULL: there is none any more. */
struct task_struct *tessera_group_task(struct tessera_group *group);
/* All threads of its process die. Not under group->lock: takes siglock. */
void tessera_group_kill(struct tessera_group *group);
/* Wake all members and whoever waits for the group. */
void tessera_group_wake(struct tessera_group *group);
/* One of its flags becomes true; wakes everybody who waits. */
void tessera_group_set(struct tessera_group *group, bool *flag);
/*
 * Take out what has come for it, until one frame is not as it should be; for its
 * work. `take` may keep a frame's skb. -EPIPE: the link is lost.
 */
int tessera_group_take(struct tessera_group *group,
		       int (*take)(struct tessera_group *group, struct tessera_message *message));
/*
 * Count one more who has finished a step; wait for all of them. -EINTR: killed,
 * -ECANCELED: aborted or ended meanwhile.
 */
int tessera_group_barrier(struct tessera_group *group, unsigned int *counter);

/*
 * Nobody leaves between these two, whatever happens to him: how many there are.
 * For the carrier, who looks at what the others captured.
 */
unsigned int tessera_group_hold(struct tessera_group *group);
void tessera_group_release(struct tessera_group *group);

/* Send every member to its park work. group->lock is held. */
void tessera_group_flag(struct tessera_group *group);

/* All groups of one kind, one after the other; the one given is put. */
struct tessera_group *tessera_group_next(struct tessera_group *group, bool guest);
void tessera_group_publish(struct tessera_group *group);

int __init tessera_group_init(void);

#endif /* _TESSERA_GROUP_H */
