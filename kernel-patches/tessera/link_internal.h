/* SPDX-License-Identifier: GPL-2.0 */
/* What link.c, channel.c and send.c share. */
#ifndef _TESSERA_LINK_INTERNAL_H
#define _TESSERA_LINK_INTERNAL_H

#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/strparser.h>

#include "link.h"

enum {
	LINK_UP,	/* both said hello and understood each other */
	LINK_FAILED,	/* it ends; .reason says why */
	LINK_CUT,	/* by cut.c: nothing arrives any more */
};

struct tessera_link {
	struct kref ref;		/* list, work under way, users, channels */
	struct list_head entry;		/* in links */
	u16 node;
	u16 role;			/* enum tessera_link_role */
	unsigned long flags;
	enum tessera_reason reason;
	struct frame_hello peer;

	struct socket *sock;
	struct strparser strp;
	atomic_long_t held;		/* bytes that arrived and are not done with */
	struct delayed_work resume;	/* reading, after there was too much of that */
	unsigned long paused_at;	/* jiffies, when it became too much */
	void (*old_data_ready)(struct sock *sk);
	void (*old_write_space)(struct sock *sk);
	void (*old_state_change)(struct sock *sk);

	struct mutex send_lock;		/* one frame at a time */
	struct mutex bulk_lock;		/* one bulk sender waits for room */
	wait_queue_head_t room;		/* in the socket */

	atomic_t pages;			/* pushed and not acknowledged, of all processes */
	wait_queue_head_t window;	/* room for more of them */
	unsigned long hurried_at;	/* jiffies, see tessera_link_hurry() */
	u32 flow_start;			/* TCP sequence, see acknowledge_partial() */

	struct xarray channels;		/* by id; its lock guards deliveries */
	struct tessera_channel control;
	struct ida groups;
	atomic_t last_group;
	atomic_t guests;		/* groups that are here because of it */

	struct work_struct control_work;
	struct work_struct down_work;
	struct delayed_work hello_timer;
	struct rcu_head rcu;
};

/* channel.c */
void tessera_channel_deliver(struct tessera_link *link, struct sk_buff *skb);
void tessera_channels_lose(struct tessera_link *link);
void tessera_link_resume(struct work_struct *work);

/* cut.c: a frame is about to be sent, or has arrived; true: it did not. */
void tessera_cut_sent(struct tessera_link *link, enum tessera_frame_type type);
bool tessera_cut_received(struct tessera_link *link, enum tessera_frame_type type);
/* A link ends: whoever was held on it goes on. */
void tessera_cut_release(void);

#endif /* _TESSERA_LINK_INTERNAL_H */
