// SPDX-License-Identifier: GPL-2.0
/*
 * Channels of a link: frames find their queue, and are taken out of it.
 */
#include <linux/skbuff.h>
#include <net/sock.h>

#include "link_internal.h"

/*
 * A channel holds what its owner has asked for; a peer that sends much more
 * breaks the rules.
 */
#define QUEUE_MAX	(8 << 20)

static int frame_offset(struct sk_buff *skb)
{
	return strp_msg(skb)->offset;
}

static u32 queue_bytes(struct sk_buff_head *queue)
{
	struct sk_buff *last = skb_peek_tail(queue);

	/* Bytes put in up to and with the last one, less those up to the first. */
	return last ? last->mark - skb_peek(queue)->mark : 0;
}

static bool channel_put(struct tessera_channel *channel, struct sk_buff *skb, u32 length)
{
	struct sk_buff *last;
	bool ok = true;

	spin_lock_bh(&channel->queue.lock);
	last = skb_peek_tail(&channel->queue);
	skb->mark = (last ? last->mark : 0) + length;
	if (queue_bytes(&channel->queue) > QUEUE_MAX)
		ok = false;
	else
		__skb_queue_tail(&channel->queue, skb);
	spin_unlock_bh(&channel->queue.lock);
	return ok;
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
	if (!frame.channel) {
		if (channel_put(&link->control, skb, sizeof(frame) + frame.length)) {
			link->control.notify(&link->control);
			return;
		}
		goto flooded;
	}
	/* The lock keeps the channel: closing takes it, too. */
	xa_lock_bh(&link->channels);
	channel = xa_load(&link->channels, frame.channel);
	if (!channel) {
		xa_unlock_bh(&link->channels);
		kfree_skb(skb);	/* for somebody who is gone */
		return;
	}
	if (!channel_put(channel, skb, sizeof(frame) + frame.length)) {
		xa_unlock_bh(&link->channels);
		goto flooded;
	}
	channel->notify(channel);
	xa_unlock_bh(&link->channels);
	return;

flooded:
	kfree_skb(skb);
	tessera_link_fail(link, TESSERA_REASON_PROTOCOL);
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
	skb_queue_head_init(&channel->queue);
	ret = xa_insert_bh(&link->channels, id, channel, GFP_KERNEL);
	if (ret)
		return ret;
	channel->link = tessera_link_get(link);
	/* The link may have lost its channels a moment ago, and not this one. */
	if (test_bit(LINK_FAILED, &link->flags))
		WRITE_ONCE(channel->lost, true);
	return 0;
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

u8 tessera_channel_peek(struct tessera_channel *channel)
{
	struct tessera_frame frame = { };
	struct sk_buff *skb;

	spin_lock_bh(&channel->queue.lock);
	skb = skb_peek(&channel->queue);
	if (skb && skb_copy_bits(skb, frame_offset(skb), &frame, sizeof(frame)))
		frame.type = 0;
	spin_unlock_bh(&channel->queue.lock);
	return frame.type;
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
