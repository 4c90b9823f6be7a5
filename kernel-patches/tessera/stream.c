// SPDX-License-Identifier: GPL-2.0
/* See stream.h. */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "group.h"
#include "stream.h"

#define READ_WITHIN	(15 * HZ)

int tessera_writer_init(struct tessera_writer *writer, struct tessera_group *group)
{
	memset(writer, 0, sizeof(*writer));
	writer->group = group;
	writer->buffer = vmalloc(STREAM_BUFFER);
	return writer->buffer ? 0 : -ENOMEM;
}

static void writer_flush(struct tessera_writer *writer)
{
	if (!writer->error && writer->used)
		writer->error = tessera_channel_send(&writer->group->channel,
						     TESSERA_FRAME_DATA, 0,
						     writer->buffer, writer->used);
	writer->used = 0;
}

void tessera_writer_put(struct tessera_writer *writer, const void *data, size_t length)
{
	while (length) {
		size_t n = min(length, STREAM_BUFFER - writer->used);

		memcpy(writer->buffer + writer->used, data, n);
		writer->used += n;
		data += n;
		length -= n;
		if (writer->used == STREAM_BUFFER)
			writer_flush(writer);
	}
}

int tessera_writer_finish(struct tessera_writer *writer)
{
	writer_flush(writer);
	vfree(writer->buffer);
	writer->buffer = NULL;
	return writer->error;
}

int tessera_stream_keep(struct tessera_group *group, struct tessera_message *message)
{
	switch ((enum tessera_group_state)READ_ONCE(group->state)) {
	case GROUP_ARRIVING:
	case GROUP_RETURNING:
		break;
	case GROUP_ABORTED:
	case GROUP_ENDED:
		return 0;	/* the peer does not know it yet */
	case GROUP_PARKING:
	case GROUP_PARKED:
	case GROUP_AWAY:
	case GROUP_RUNNING:
		return -EPROTO;	/* nobody would ever read it */
	}
	if (skb_queue_len_lockless(&group->stream) >= STREAM_FRAMES)
		return -EPROTO;
	skb_queue_tail(&group->stream, message->skb);
	message->skb = NULL;
	wake_up_all(&group->wait);
	return 0;
}

static bool given_up(struct tessera_group *group)
{
	enum tessera_group_state state = READ_ONCE(group->state);

	return state == GROUP_ABORTED || state == GROUP_ENDED || READ_ONCE(group->exiting);
}

static bool readable(struct tessera_group *group)
{
	return group->reading.skb || !skb_queue_empty_lockless(&group->stream) ||
	       READ_ONCE(group->lost) || given_up(group);
}

static int next_message(struct tessera_group *group)
{
	struct sk_buff *skb;
	long left;

	left = wait_event_killable_timeout(group->wait, readable(group), READ_WITHIN);
	if (left < 0)
		return -EINTR;
	if (!left)
		return -ETIMEDOUT;
	if (given_up(group))
		return -ECANCELED;
	skb = skb_dequeue(&group->stream);
	if (!skb)
		return -EPIPE;
	tessera_message_wrap(skb, &group->reading);
	group->reading_at = 0;
	return 0;
}

int tessera_stream_read(struct tessera_group *group, void *to, size_t length)
{
	int ret;

	while (length) {
		size_t n;

		if (!group->reading.skb) {
			ret = next_message(group);
			if (ret)
				return ret;
		}
		n = min(length, group->reading.frame.length - group->reading_at);
		ret = tessera_message_copy(&group->reading, group->reading_at, to, n);
		if (ret)
			return ret;
		group->reading_at += n;
		to += n;
		length -= n;
		if (group->reading_at == group->reading.frame.length)
			tessera_message_free(&group->reading);
	}
	return 0;
}
