// SPDX-License-Identifier: GPL-2.0
/*
 * Channels of a link: frames find their queue, and are taken out of it.
 */
#include <linux/jiffies.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "link_internal.h"

/*
 * All that has arrived on a link and was not taken out yet is counted, with what
 * the packets of it take up, and the link stops reading when it is too much. It
 * is much more than what the windows of its processes let a peer send.
 */
#define HELD_MAX	(32 << 20)
#define RESUME_AFTER	(HZ / 100)
#define READ_WITHIN	(10 * HZ)	/* or the peer has sent what nobody wants */

static int frame_offset(struct sk_buff *skb)
{
	return strp_msg(skb)->offset;
}

/* Where strparser leaves room for its user. */
static struct tessera_link **link_of(struct sk_buff *skb)
{
	return (struct tessera_link **)skb->cb;
}

static void frame_free(struct sk_buff *skb)
{
	struct tessera_link *link = *link_of(skb);

	/* Whoever keeps a frame keeps its link. */
	atomic_long_sub(skb->truesize, &link->held);
}

static void frame_hold(struct tessera_link *link, struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(*link_of(skb)) > SK_SKB_CB_PRIV_LEN);
	*link_of(skb) = link;
	skb->destructor = frame_free;
	if (atomic_long_add_return(skb->truesize, &link->held) > HELD_MAX) {
		if (!link->strp.paused)
			WRITE_ONCE(link->paused_at, jiffies);
		strp_pause(&link->strp);
		queue_delayed_work(system_unbound_wq, &link->resume, RESUME_AFTER);
	}
}

void tessera_link_resume(struct work_struct *work)
{
	struct tessera_link *link = container_of(work, struct tessera_link, resume.work);

	if (atomic_long_read(&link->held) <= HELD_MAX / 2)
		strp_unpause(&link->strp);
	else if (time_after(jiffies, READ_ONCE(link->paused_at) + READ_WITHIN))
		tessera_link_fail(link, TESSERA_REASON_PROTOCOL);
	else
		queue_delayed_work(system_unbound_wq, &link->resume, RESUME_AFTER);
}

/* A small frame does not keep the large packet that it came in. */
static struct sk_buff *frame_own(struct sk_buff *skb, u32 length)
{
	struct sk_buff *copy;

	if (skb->truesize <= 4 * length + PAGE_SIZE)
		return skb;
	copy = alloc_skb(length, GFP_ATOMIC | __GFP_NOWARN);
	if (!copy)
		return skb;	/* then it does */
	if (skb_copy_bits(skb, frame_offset(skb), skb_put(copy, length), length)) {
		kfree_skb(copy);
		return skb;
	}
	strp_msg(copy)->offset = 0;
	consume_skb(skb);
	return copy;
}

/* A signal for the process is for any of it: one of those threads that are left. */
static struct tessera_channel *heir(struct tessera_link *link, struct sk_buff *skb,
				    const struct tessera_frame *frame)
{
	const u32 group = tessera_channel_group(frame->channel);
	unsigned long at = tessera_channel_id(group, 1);
	struct frame_signal signal;

	if (frame->type != TESSERA_FRAME_SIGNAL || frame->length != sizeof(signal) ||
	    skb_copy_bits(skb, frame_offset(skb) + sizeof(*frame), &signal, sizeof(signal)) ||
	    !signal.process)
		return NULL;
	return xa_find(&link->channels, &at, tessera_channel_id(group + 1, 0) - 1, XA_PRESENT);
}

/* The socket's lock is held, in softirq or not. */
void tessera_channel_deliver(struct tessera_link *link, struct sk_buff *skb)
{
	struct tessera_channel *channel;
	struct tessera_frame frame;

	if (skb_copy_bits(skb, frame_offset(skb), &frame, sizeof(frame)) ||
	    tessera_cut_received(link, frame.type)) {
		kfree_skb(skb);
		return;
	}
	skb = frame_own(skb, sizeof(frame) + frame.length);
	if (!frame.channel) {
		frame_hold(link, skb);
		skb_queue_tail(&link->control.queue, skb);
		link->control.notify(&link->control);
		return;
	}
	/* The lock keeps the channel: closing takes it, too. */
	xa_lock_bh(&link->channels);
	channel = xa_load(&link->channels, frame.channel) ?: heir(link, skb, &frame);
	if (!channel) {
		xa_unlock_bh(&link->channels);
		kfree_skb(skb);	/* for somebody who is gone */
		return;
	}
	frame_hold(link, skb);
	skb_queue_tail(&channel->queue, skb);
	channel->notify(channel);
	xa_unlock_bh(&link->channels);
}

void tessera_channels_lose(struct tessera_link *link)
{
	struct tessera_channel *channel;
	unsigned long id;

	xa_lock_bh(&link->channels);
	xa_for_each(&link->channels, id, channel) {
		WRITE_ONCE(channel->lost, true);
		channel->notify(channel);
	}
	xa_unlock_bh(&link->channels);
}

int tessera_channel_open(struct tessera_channel *channel, struct tessera_link *link,
			 u32 id, void (*notify)(struct tessera_channel *))
{
	int ret;

	channel->id = id;
	channel->lost = false;
	channel->notify = notify;
	channel->link = tessera_link_get(link);
	skb_queue_head_init(&channel->queue);
	ret = xa_insert_bh(&link->channels, id, channel, GFP_KERNEL);
	if (ret) {
		channel->link = NULL;
		tessera_link_put(link);
		return ret;
	}
	/* The link may have lost its channels a moment ago, and not this one. */
	if (test_bit(LINK_FAILED, &link->flags))
		WRITE_ONCE(channel->lost, true);
	return 0;
}

void tessera_channel_deafen(struct tessera_channel *channel)
{
	xa_erase_bh(&channel->link->channels, channel->id);
}

void tessera_channel_close(struct tessera_channel *channel)
{
	struct tessera_link *link = channel->link;

	if (!link)
		return;
	xa_erase_bh(&link->channels, channel->id);
	skb_queue_purge(&channel->queue);
	channel->link = NULL;
	tessera_link_put(link);
}

static struct sk_buff *oldest_command(struct tessera_channel *channel)
{
	struct tessera_frame frame;
	struct sk_buff *skb;

	lockdep_assert_held(&channel->queue.lock);
	skb_queue_walk(&channel->queue, skb) {
		if (skb_copy_bits(skb, frame_offset(skb), &frame, sizeof(frame)) ||
		    frame.type != TESSERA_FRAME_RESULT)
			return skb;
	}
	return NULL;
}

bool tessera_channel_commanded(struct tessera_channel *channel)
{
	bool found;

	spin_lock_bh(&channel->queue.lock);
	found = oldest_command(channel);
	spin_unlock_bh(&channel->queue.lock);
	return found;
}

bool tessera_channel_take_command(struct tessera_channel *channel, struct tessera_message *ret)
{
	struct sk_buff *skb;

	spin_lock_bh(&channel->queue.lock);
	skb = oldest_command(channel);
	if (skb)
		__skb_unlink(skb, &channel->queue);
	spin_unlock_bh(&channel->queue.lock);
	if (!skb)
		return false;
	tessera_message_wrap(skb, ret);
	return true;
}

void tessera_message_wrap(struct sk_buff *skb, struct tessera_message *ret)
{
	/* It was valid when it was cut out of the stream. */
	ret->skb = skb;
	ret->offset = frame_offset(skb) + sizeof(ret->frame);
	if (skb_copy_bits(skb, frame_offset(skb), &ret->frame, sizeof(ret->frame)))
		memset(&ret->frame, 0, sizeof(ret->frame));
}

bool tessera_channel_take(struct tessera_channel *channel, struct tessera_message *ret)
{
	struct sk_buff *skb = skb_dequeue(&channel->queue);

	if (!skb)
		return false;
	tessera_message_wrap(skb, ret);
	return true;
}

void tessera_message_free(struct tessera_message *message)
{
	consume_skb(message->skb);
	message->skb = NULL;
}

int tessera_message_copy(const struct tessera_message *message, size_t offset,
			 void *to, size_t length)
{
	if (offset > message->frame.length || length > message->frame.length - offset)
		return -EPROTO;
	return skb_copy_bits(message->skb, message->offset + offset, to, length) ?
		-EPROTO : 0;
}

int tessera_message_copy_to_iter(const struct tessera_message *message, size_t offset,
				 struct iov_iter *to, size_t length)
{
	if (offset > message->frame.length || length > message->frame.length - offset)
		return -EPROTO;
	return skb_copy_datagram_iter(message->skb, message->offset + offset, to, length) ?
		-EFAULT : 0;
}
