// SPDX-License-Identifier: GPL-2.0
/*
 * Sending frames. A frame goes out whole or the link ends, so once its first
 * byte is in the socket, nothing interrupts.
 */
#include <linux/net.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "link_internal.h"

#define PARTS		6
/* A peer that takes less than this in this time reads just enough to seem alive. */
#define ROOM_WITHIN	(10 * HZ)
#define ROOM_BYTES	(64 * 1024)

static bool writeable(struct tessera_link *link)
{
	struct sock *sk = link->sock->sk;

	return sk_stream_is_writeable(sk) || READ_ONCE(sk->sk_err) ||
	       test_bit(LINK_FAILED, &link->flags);
}

/* Whoever finds no room says so each time: another sender may have taken it. */
static bool room_or_failed(struct tessera_link *link)
{
	if (writeable(link))
		return true;
	set_bit(SOCK_NOSPACE, &link->sock->flags);
	/* Who makes room sees it, or we see the room. */
	smp_mb__after_atomic();
	return writeable(link);
}

/* Others may overtake this one again and again: the peer is judged, not its turn. */
static int wait_for_room(struct tessera_link *link)
{
	const struct tcp_sock *tcp = tcp_sk(link->sock->sk);
	u64 before = READ_ONCE(tcp->bytes_acked), now;

	while (!wait_event_idle_timeout(link->room, room_or_failed(link), ROOM_WITHIN)) {
		now = READ_ONCE(tcp->bytes_acked);
		if (now - before < ROOM_BYTES)
			tessera_link_fail(link, TESSERA_REASON_TIMEOUT);
		before = now;
	}
	return test_bit(LINK_FAILED, &link->flags) ? -EPIPE : 0;
}

static int send_all(struct tessera_link *link, struct msghdr *message)
{
	int ret;

	lockdep_assert_held(&link->send_lock);
	while (msg_data_left(message)) {
		if (test_bit(LINK_FAILED, &link->flags))
			return -EPIPE;
		ret = sock_sendmsg(link->sock, message);
		if (ret == -EAGAIN)
			ret = wait_for_room(link);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int send_frame(struct tessera_link *link, u32 id, enum tessera_frame_type type,
		      u32 request, const struct kvec *parts, unsigned int count)
{
	struct tessera_frame frame = {
		.version = TESSERA_FRAME_VERSION,
		.type = type,
		.channel = id,
		.request = request,
	};
	struct msghdr message = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec all[PARTS] = { { &frame, sizeof(frame) } };
	unsigned int i;
	int ret;

	if (WARN_ON_ONCE(count >= PARTS))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		all[i + 1] = parts[i];
		frame.length += parts[i].iov_len;
	}
	if (WARN_ON_ONCE(frame.length > TESSERA_FRAME_MAX))
		return -EMSGSIZE;
	iov_iter_kvec(&message.msg_iter, ITER_SOURCE, all, count + 1,
		      sizeof(frame) + frame.length);
	mutex_lock(&link->send_lock);
	ret = send_all(link, &message);
	mutex_unlock(&link->send_lock);
	if (ret < 0)
		tessera_link_fail(link, TESSERA_REASON_LINK_LOST);
	return ret < 0 ? -EPIPE : 0;
}

int tessera_channel_sendv(struct tessera_channel *channel, enum tessera_frame_type type,
			  u32 request, const struct kvec *parts, unsigned int count)
{
	struct tessera_link *link = READ_ONCE(channel->link);

	if (!link)
		return -EPIPE;	/* closed: nobody is left to tell */
	tessera_cut_sent(link, type);
	return send_frame(link, channel->id, type, request, parts, count);
}

int tessera_channel_send(struct tessera_channel *channel, enum tessera_frame_type type,
			 u32 request, const void *data, size_t length)
{
	struct kvec part = { (void *)data, length };

	return tessera_channel_sendv(channel, type, request, &part, length ? 1 : 0);
}

int tessera_channel_send_bulk(struct tessera_channel *channel, enum tessera_frame_type type,
			      const struct kvec *parts, unsigned int count)
{
	struct tessera_link *link = READ_ONCE(channel->link);
	int ret;

	if (!link)
		return -EPIPE;
	tessera_cut_sent(link, type);
	/* Room first, the sender's lock then: who is in a hurry finds it free. */
	mutex_lock(&link->bulk_lock);
	ret = wait_for_room(link);
	if (!ret)
		ret = send_frame(link, channel->id, type, 0, parts, count);
	mutex_unlock(&link->bulk_lock);
	return ret;
}
