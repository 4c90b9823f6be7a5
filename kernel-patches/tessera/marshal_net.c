// SPDX-License-Identifier: GPL-2.0
/*
 * Socket calls of a guest, see marshal.h: addresses with their lengths, messages
 * with their nested parts, options. Descriptors in control messages need no care:
 * they are home's on both sides.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/poll.h>
#include <linux/socket.h>
#include <linux/time.h>
#include <linux/uaccess.h>
#include <asm/unistd.h>
#include <uapi/linux/netfilter_ipv4.h>
#include <uapi/linux/netfilter_ipv4/ip_tables.h>
#include <uapi/linux/netfilter_ipv6/ip6_tables.h>
#include <uapi/linux/tcp.h>

#include "marshal.h"

#define ADDRESS_MAX	sizeof(struct __kernel_sockaddr_storage)

/* Flags that belong to the whole of what is sent, not to each part of it. */
#define SEND_WHOLE	(MSG_OOB | MSG_EOR | MSG_FASTOPEN)

/* --- addresses --- */

/*
 * An address that comes back into as many bytes as the length says, and the
 * length itself. What was in the buffer goes along: home may write less.
 */
static int address_back(struct tessera_call *call, unsigned int arg, unsigned int length_arg)
{
	int __user *length_at = (int __user *)call_arg(call, length_arg);
	int length, ret;

	if (get_user(length, length_at))
		return -EFAULT;
	ret = call_arg_inout(call, arg, clamp_t(int, length, 0, ADDRESS_MAX));
	return ret ?: call_arg_inout(call, length_arg, sizeof(length));
}

/* The same where nobody looks at the length if there is no address. */
static int address_if_wanted(struct tessera_call *call, unsigned int arg, unsigned int length_arg)
{
	if (call_arg(call, arg))
		return address_back(call, arg, length_arg);
	call_set_arg(call, length_arg, 0);
	return 0;
}

long marshal_accept(struct tessera_call *call)
{
	int ret = address_if_wanted(call, 1, 2);

	return ret ?: call_run(call);
}

long marshal_getname(struct tessera_call *call)
{
	int ret = address_back(call, 1, 2);

	return ret ?: call_run(call);
}

/* --- one buffer --- */

static long sendto_part(struct tessera_call *call, size_t done, size_t length, bool split)
{
	void __user *buffer = (void __user *)call_arg(call, 1);
	int address = call_arg(call, 5);
	u32 offset;
	int ret;

	ret = call_put_user(call, buffer + done, length, &offset);
	if (ret)
		return ret;
	call_point_arg(call, 1, offset);
	call_set_arg(call, 2, length);
	/* Other lengths are refused by home before it looks at the address. */
	ret = call_arg_in(call, 4, clamp_t(int, address, 0, ADDRESS_MAX));
	if (ret)
		return ret;
	if (split)
		call_split(call);
	return call_run(call);
}

long marshal_sendto(struct tessera_call *call)
{
	size_t total = min_t(size_t, call_arg(call, 2), MAX_RW_COUNT);
	u32 flags = call_arg(call, 3);
	size_t length, done = 0;
	long ret;

	/* Pages of the arena are used again before such a message has left. */
	if (flags & MSG_ZEROCOPY)
		return CALL_GO_HOME;
	if (total > CALL_CHUNK && flags & SEND_WHOLE)
		return CALL_GO_HOME;
	do {
		length = min_t(size_t, total - done, CALL_CHUNK);
		ret = sendto_part(call, done, length, total > CALL_CHUNK);
		if (ret < 0)
			return done ? done : ret;
		done += ret;
	} while (ret == length && done < total);
	return done;
}

static long recvfrom_part(struct tessera_call *call, size_t done, size_t length, bool split)
{
	void __user *buffer = (void __user *)call_arg(call, 1);
	u32 offset;
	int ret;

	/* With MSG_TRUNC there need not be a buffer. */
	if (buffer) {
		ret = call_room(call, buffer + done, length, 1, &offset);
		if (ret)
			return ret;
		call_point_arg(call, 1, offset);
	}
	call_set_arg(call, 2, length);
	ret = address_if_wanted(call, 4, 5);
	if (ret)
		return ret;
	if (split)
		call_split(call);
	return call_run(call);
}

long marshal_recvfrom(struct tessera_call *call)
{
	size_t total = min_t(size_t, call_arg(call, 2), MAX_RW_COUNT);
	u32 flags = call_arg(call, 3);
	size_t length, done = 0;
	long ret;

	if (!access_ok((void __user *)call_arg(call, 1), total))
		return -EFAULT;
	/* TCP writes nothing then, and says how much it would have been. */
	if (flags & MSG_TRUNC && call_arg(call, 1) && total)
		return CALL_GO_HOME;
	do {
		length = min_t(size_t, total - done, CALL_CHUNK);
		ret = recvfrom_part(call, done, length, total > CALL_CHUNK);
		if (ret < 0)
			return done ? done : ret;
		done += ret;
		/* It is all still there, and would be so again and again. */
		if (flags & MSG_PEEK && done == length && done < total)
			return CALL_GO_HOME;
	} while (ret == length && done < total && flags & MSG_WAITALL);
	return done;
}

/* --- messages --- */

struct message {
	struct user_msghdr head;
	struct marshal_iov v;
	u32 name, control, iov;		/* where they are in the arena */
	size_t limit;
	bool split;
};

static int message_get(struct message *m, const struct user_msghdr __user *from, bool back)
{
	size_t spare;
	int ret;

	if (copy_from_user(&m->head, from, sizeof(m->head)))
		return -EFAULT;
	if (m->head.msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	if (!m->head.msg_control)
		m->head.msg_controllen = 0;
	if (m->head.msg_controllen > CALL_CHUNK)
		return -E2BIG;
	ret = marshal_iov_get(&m->v, m->head.msg_iov, m->head.msg_iovlen);
	if (ret)
		return ret;
	spare = m->head.msg_controllen + sizeof(m->head) + ADDRESS_MAX + 128;
	m->limit = marshal_iov_limit(&m->v, back, spare);
	m->split = m->v.total > m->limit;
	if (m->v.total && !m->limit) {
		marshal_iov_put(&m->v);
		return -E2BIG;
	}
	return 0;
}

static size_t name_length(const struct message *m)
{
	return m->head.msg_name ? clamp_t(int, m->head.msg_namelen, 0, ADDRESS_MAX) : 0;
}

static int point_if(struct tessera_call *call, u32 head, size_t field,
		    const void __user *there, u32 to)
{
	return there ? call_point(call, head + field, to) : 0;
}

/* The header, when its parts are in the arena; an argument points to it. */
static int message_head(struct tessera_call *call, const struct message *m, size_t segments,
			u32 *ret_offset)
{
	struct user_msghdr head = m->head;
	u32 at;
	int ret;

	head.msg_name = NULL;
	head.msg_control = NULL;
	head.msg_iov = NULL;
	head.msg_iovlen = segments;
	ret = call_put(call, &head, sizeof(head), &at);
	if (!ret)
		ret = call_point(call, at + offsetof(struct user_msghdr, msg_iov), m->iov);
	if (!ret)
		ret = point_if(call, at, offsetof(struct user_msghdr, msg_name),
			       m->head.msg_name, m->name);
	if (!ret)
		ret = point_if(call, at, offsetof(struct user_msghdr, msg_control),
			       m->head.msg_control, m->control);
	call_point_arg(call, 1, at);
	*ret_offset = at;
	return ret;
}

static long send_part(struct tessera_call *call, struct message *m, u32 flags, size_t done,
		      size_t length)
{
	unsigned int segments;
	u32 head;
	int ret;

	ret = marshal_iov_lay(call, &m->v, done, length, false, &m->iov, &segments);
	if (!ret)
		ret = call_put_user(call, m->head.msg_name, name_length(m), &m->name);
	if (!ret)
		ret = call_put_user(call, m->head.msg_control, m->head.msg_controllen,
				    &m->control);
	if (!ret)
		ret = message_head(call, m, segments, &head);
	if (ret)
		return ret;
	call_set_nr(call, __NR_sendmsg);
	call_set_arg(call, 2, flags);
	if (m->split)
		call_split(call);
	return call_run(call);
}

/* `ret_whole`: all of it was taken. */
static long send_one(struct tessera_call *call, const struct user_msghdr __user *from, u32 flags,
		     bool *ret_whole)
{
	size_t length, done = 0;
	struct message m;
	long ret;

	if (flags & MSG_ZEROCOPY)
		return CALL_GO_HOME;
	ret = message_get(&m, from, false);
	if (ret)
		return ret;
	/* In a batch, this flag may be given with each message. */
	if (call_nr(call) == __NR_sendmmsg)
		flags |= m.head.msg_flags & MSG_EOR;
	if (m.split && flags & SEND_WHOLE) {
		ret = CALL_GO_HOME;
		goto put;
	}
	do {
		length = min(m.v.total - done, m.limit);
		ret = send_part(call, &m, flags, done, length);
		if (ret < 0)
			break;
		done += ret;
		/* Control data goes with the first byte. */
		m.head.msg_control = NULL;
		m.head.msg_controllen = 0;
	} while (ret == length && done < m.v.total);
	*ret_whole = done == m.v.total;
	if (ret >= 0 || done)
		ret = done;
put:
	marshal_iov_put(&m.v);
	return ret;
}

long marshal_sendmsg(struct tessera_call *call)
{
	bool whole;

	return send_one(call, (void __user *)call_arg(call, 1), call_arg(call, 2), &whole);
}

static int receive_lay(struct tessera_call *call, struct message *m, u32 *ret_head)
{
	size_t name = name_length(m);
	unsigned int segments;
	int ret;

	ret = marshal_iov_lay(call, &m->v, 0, min(m->v.total, m->limit), true, &m->iov,
			      &segments);
	if (!ret)
		ret = call_put_user(call, m->head.msg_name, name, &m->name);
	if (!ret && name)
		ret = call_return(call, m->name, m->head.msg_name, name);
	if (!ret && m->head.msg_control) {
		if (!access_ok(m->head.msg_control, m->head.msg_controllen))
			return -EFAULT;
		ret = call_room(call, m->head.msg_control, m->head.msg_controllen, 0,
				&m->control);
	}
	if (!ret)
		ret = message_head(call, m, segments, ret_head);
	if (!ret)
		ret = call_return(call, *ret_head, NULL, sizeof(m->head));
	return ret;
}

/* What recvmsg() changes of the header, and nothing else of it. */
static int receive_head(const struct message *m, const struct user_msghdr *head,
			struct user_msghdr __user *to)
{
	if (m->head.msg_name && put_user(head->msg_namelen, &to->msg_namelen))
		return -EFAULT;
	if (put_user(head->msg_flags, &to->msg_flags) ||
	    put_user(head->msg_controllen, &to->msg_controllen))
		return -EFAULT;
	return 0;
}

static long receive_one(struct tessera_call *call, struct user_msghdr __user *to, u32 flags,
			u32 *ret_flags)
{
	struct user_msghdr head;
	struct message m;
	u32 at;
	long ret;

	/* As for recvfrom(), and no segment need be there. */
	if (flags & MSG_TRUNC)
		return CALL_GO_HOME;
	ret = message_get(&m, to, true);
	if (ret)
		return ret;
	ret = CALL_GO_HOME;
	if (m.split && flags & (MSG_WAITALL | MSG_PEEK))
		goto put;
	ret = receive_lay(call, &m, &at);
	if (ret)
		goto put;
	call_set_nr(call, __NR_recvmsg);
	call_set_arg(call, 2, flags);
	if (m.split)
		call_split(call);
	ret = call_run(call);
	if (ret < 0)
		goto put;
	if (call_returned(call, at, &head, sizeof(head)) || receive_head(&m, &head, to))
		ret = -EFAULT;
	*ret_flags = head.msg_flags;
put:
	marshal_iov_put(&m.v);
	return ret;
}

long marshal_recvmsg(struct tessera_call *call)
{
	u32 flags;

	return receive_one(call, (void __user *)call_arg(call, 1), call_arg(call, 2), &flags);
}

/* --- several messages: one after the other, as home would do them --- */

/* Home tells what is wrong with the descriptor, or that nothing is. */
static long no_messages(struct tessera_call *call)
{
	call_set_arg(call, 1, 0);
	call_set_arg(call, 2, 0);
	call_set_arg(call, 4, 0);
	return call_run(call);
}

long marshal_sendmmsg(struct tessera_call *call)
{
	struct mmsghdr __user *at = (void __user *)call_arg(call, 1);
	u32 count = min_t(u32, call_arg(call, 2), UIO_MAXIOV);
	u32 flags = call_arg(call, 3);
	bool whole = true;
	u32 done = 0;
	long ret = 0;

	if (!count)
		return no_messages(call);
	while (done < count && whole) {
		ret = send_one(call, &at[done].msg_hdr, flags, &whole);
		if (ret >= 0 && put_user((unsigned int)ret, &at[done].msg_len))
			ret = -EFAULT;
		if (ret < 0)
			break;
		done++;
	}
	return done ? done : ret;
}

/* Time is up, as recvmmsg() sees it: only after a message. What is left is told. */
static bool time_is_up(const struct timespec64 *end, struct timespec64 *left)
{
	struct timespec64 now;

	ktime_get_ts64(&now);
	*left = timespec64_sub(*end, now);
	if (left->tv_sec < 0)
		*left = (struct timespec64) { };
	return !left->tv_sec && !left->tv_nsec;
}

/*
 * An error after the first message is lost, where the kernel would keep it for
 * the next call.
 */
long marshal_recvmmsg(struct tessera_call *call)
{
	struct __kernel_timespec __user *timeout = (void __user *)call_arg(call, 4);
	struct mmsghdr __user *at = (void __user *)call_arg(call, 1);
	u32 flags = call_arg(call, 3), came, done = 0, count = call_arg(call, 2);
	struct timespec64 left, end;
	long ret = 0;

	if (timeout && get_timespec64(&left, timeout))
		return -EFAULT;
	if (timeout && poll_select_set_timeout(&end, left.tv_sec, left.tv_nsec))
		return -EINVAL;
	if (!count)
		return no_messages(call);
	while (done < count) {
		ret = receive_one(call, &at[done].msg_hdr, flags & ~MSG_WAITFORONE, &came);
		if (ret >= 0 && put_user((unsigned int)ret, &at[done].msg_len))
			ret = -EFAULT;
		if (ret < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (timeout && time_is_up(&end, &left))
			break;
		if (came & MSG_OOB)
			break;
	}
	if (done && timeout && put_timespec64(&left, timeout))
		return -EFAULT;
	return done ? done : ret;
}

/* --- options --- */

static bool ip_option_fine(int option)
{
	return option < IPT_BASE_CTL || option == SO_ORIGINAL_DST;
}

static bool ipv6_option_fine(int option)
{
	switch (option) {
	case IP6T_SO_GET_INFO:
	case IP6T_SO_GET_ENTRIES:
	case IP6T_SO_GET_REVISION_MATCH:
	case IP6T_SO_GET_REVISION_TARGET:
		return false;
	}
	return true;
}

/* Options that are just bytes: some hold addresses of more of them. */
static bool option_fine(int level, int option)
{
	switch (level) {
	case SOL_SOCKET:
		return option != SO_ATTACH_FILTER && option != SO_ATTACH_REUSEPORT_CBPF;
	case SOL_IP:
		return ip_option_fine(option);
	case SOL_IPV6:
		return ipv6_option_fine(option);
	case SOL_TCP:
		return option != TCP_ZEROCOPY_RECEIVE;
	case SOL_UDP:
	case SOL_UDPLITE:
	case SOL_RAW:
	case SOL_ICMPV6:
	case SOL_NETLINK:
	case SOL_TLS:
		return true;
	}
	return false;
}

long marshal_setsockopt(struct tessera_call *call)
{
	int length = call_arg(call, 4);
	int ret;

	if (!option_fine(call_arg(call, 1), call_arg(call, 2)) || length > (int)CALL_CHUNK)
		return CALL_GO_HOME;
	ret = call_arg_in(call, 3, max(length, 0));
	return ret ?: call_run(call);
}

long marshal_getsockopt(struct tessera_call *call)
{
	int __user *length_at = (int __user *)call_arg(call, 4);
	int length;
	u32 offset;
	long ret;

	if (!option_fine(call_arg(call, 1), call_arg(call, 2)))
		return CALL_GO_HOME;
	if (get_user(length, length_at))
		return -EFAULT;
	length = min_t(int, length, CALL_CHUNK);
	/* What is in the buffer goes along: some options read it. */
	ret = call_arg_inout(call, 3, max(length, 0));
	if (!ret)
		ret = call_put(call, &length, sizeof(length), &offset);
	if (!ret)
		ret = call_return(call, offset, length_at, sizeof(length));
	if (ret)
		return ret;
	call_point_arg(call, 4, offset);
	ret = call_run(call);
	/* It would have told the length that is needed. */
	return ret == -ERANGE ? CALL_GO_HOME : ret;
}
