/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A link: a TCP connection that the agent made over the mesh, shared by all the
 * processes that went from one node to another. The one that dialed is their
 * home; for the other direction there is another link.
 *
 * A channel is one conversation on it. Frames are put into its queue in the
 * order of their coming, in softirq; whoever owns the channel takes them out.
 */
#ifndef _TESSERA_LINK_H
#define _TESSERA_LINK_H

#include <linux/kref.h>
#include <linux/skbuff.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <uapi/linux/tessera.h>

#include "frame.h"

struct tessera_link;

struct tessera_channel {
	u32 id;
	struct tessera_link *link;	/* counted; NULL: not open */
	struct sk_buff_head queue;
	bool lost;			/* the link is: nothing comes any more */
	/* Softirq or process context: something is in the queue, or lost. */
	void (*notify)(struct tessera_channel *channel);
};

/* A frame taken out of a channel. */
struct tessera_message {
	struct tessera_frame frame;
	struct sk_buff *skb;
	int offset;			/* of what follows the header */
};

int __init tessera_link_init(void);
int tessera_link_create(const struct tessera_link_request *request);

/*
 * The link that our processes take to a node, counted. If there is none, the
 * agent is asked to dial, and waited for; or why there is none.
 */
enum tessera_reason tessera_link_wait(u16 node, struct tessera_link **ret);
/* The agent could not make it. */
void tessera_link_failed(u16 node, enum tessera_reason reason);
struct tessera_link *tessera_link_get(struct tessera_link *link);
void tessera_link_put(struct tessera_link *link);

u16 tessera_link_node(const struct tessera_link *link);
/* Why it ended. */
enum tessera_reason tessera_link_reason(const struct tessera_link *link);
/* What the peer said in the beginning. */
const struct frame_hello *tessera_link_hello(const struct tessera_link *link);

/* The peer broke a rule, or is dead: the link ends. Any context. */
void tessera_link_fail(struct tessera_link *link, enum tessera_reason reason);
/* Links to nodes that are down end. Called when the table changed. */
void tessera_links_check(void);

/*
 * Pages may be pushed: no more than the peer keeps up with, whatever the number of
 * processes that come and go. Whoever waits for room waits on the queue.
 */
bool tessera_link_pages_fit(const struct tessera_link *link, u32 pages);
void tessera_link_pages_add(struct tessera_link *link, u32 pages);
void tessera_link_pages_done(struct tessera_link *link, u32 pages);
wait_queue_head_t *tessera_link_window(struct tessera_link *link);
/* A process waits for what is sent next; whether one did a moment ago. */
void tessera_link_hurry(struct tessera_link *link);
bool tessera_link_hurried(const struct tessera_link *link);

/* Of those that run here, one more or less. */
void tessera_link_guests_add(struct tessera_link *link, int guests);

/* A free group id of a link we dialed, and its end. */
int tessera_link_group_alloc(struct tessera_link *link);
void tessera_link_group_free(struct tessera_link *link, u32 group);

/*
 * Open a channel: from here on frames arrive. -EBUSY: it is open already;
 * -EPIPE: the link is lost. Closing waits until notify() runs nowhere.
 */
int tessera_channel_open(struct tessera_channel *channel, struct tessera_link *link,
			 u32 id, void (*notify)(struct tessera_channel *));
void tessera_channel_close(struct tessera_channel *channel);
/* Nothing more comes in; what is there can be taken, and the channel still sends. */
void tessera_channel_deafen(struct tessera_channel *channel);

static inline bool tessera_channel_ready(const struct tessera_channel *channel)
{
	return !skb_queue_empty_lockless(&channel->queue) || READ_ONCE(channel->lost);
}

/* Nothing more will come. Asked before taking what is there: after it, all is read. */
static inline bool tessera_channel_lost(const struct tessera_channel *channel)
{
	/* Set when the last frame was queued: see tessera_channels_lose(). */
	return smp_load_acquire(&channel->lost);
}

/* Take the oldest frame out; false if there is none. */
bool tessera_channel_take(struct tessera_channel *channel, struct tessera_message *ret);
/* Is there one that is no answer to a call? And the oldest of these. */
bool tessera_channel_commanded(struct tessera_channel *channel);
bool tessera_channel_take_command(struct tessera_channel *channel, struct tessera_message *ret);
/* The same for a frame that was kept after taking. */
void tessera_message_wrap(struct sk_buff *skb, struct tessera_message *ret);
void tessera_message_free(struct tessera_message *message);
/* Copy a part; -EPROTO if the frame has less. */
int tessera_message_copy(const struct tessera_message *message, size_t offset,
			 void *to, size_t length);
/* The same to user memory: -EFAULT, or -EPROTO. */
int tessera_message_copy_to_iter(const struct tessera_message *message, size_t offset,
				 struct iov_iter *to, size_t length);
/* The whole of a frame that must be as long as that. */
static inline int tessera_message_get(const struct tessera_message *message, void *to,
				      size_t length)
{
	if (message->frame.length != length)
		return -EPROTO;
	return tessera_message_copy(message, 0, to, length);
}

/*
 * Send a frame, process context; what `parts` point to can be reused afterwards.
 * Waits for room in the socket, not for the peer, and is not interrupted: half a
 * frame would end the link for everybody. -EPIPE: the link is lost.
 */
int tessera_channel_sendv(struct tessera_channel *channel, enum tessera_frame_type type,
			  u32 request, const struct kvec *parts, unsigned int count);
int tessera_channel_send(struct tessera_channel *channel, enum tessera_frame_type type,
			 u32 request, const void *data, size_t length);
/* Lets everybody else go first; for what nobody waits for. */
int tessera_channel_send_bulk(struct tessera_channel *channel, enum tessera_frame_type type,
			      const struct kvec *parts, unsigned int count);

#endif /* _TESSERA_LINK_H */
