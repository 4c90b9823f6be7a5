// SPDX-License-Identifier: GPL-2.0
/*
 * Links, see link.h: their life, and what arrives on them. What is sent is in
 * send.c, channels are in channel.c.
 *
 * The stream is cut into frames by strparser, in softirq, and each goes straight
 * into the queue of its channel: no thread in between that would have to be
 * woken for each. TCP itself notices a dead peer: its keepalive and user timeout
 * end the link within 10 s.
 */
#include <linux/buildid.h>
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "cpu.h"
#include "events.h"
#include "image.h"
#include "link_internal.h"
#include "nodes.h"
#include "offer.h"

#define HELLO_WITHIN	(5 * HZ)
#define DIAL_WITHIN	(6 * HZ)
#define AGAIN_WITHIN	(3 * HZ)	/* the mesh may just be coming back */
#define AGAIN_MS	250
#define DEAD_MS		8000	/* unacknowledged data for so long: dead */
#define IDLE_S		2	/* a silent link is probed so often */
#define IDLE_PROBES	3
#define BUFFER		(4 << 20)
#define HURRY_MS	200	/* the next wait comes within that, or not soon */
#define PAGES_UNDER_WAY	2048		/* much less than a link holds */
#define HURRIED_FLOW	(16 << 10)	/* bytes, then the peer's window has grown */
#define PARTIAL_MAX	(4 << 20)	/* memory of a frame that is not yet complete */

/* Somebody who waits for a link to be made. */
struct waiter {
	struct list_head entry;		/* in waiters */
	u16 node;
	struct tessera_link *link;	/* counted, or: */
	enum tessera_reason reason;	/* why there is none */
	struct completion done;
};

static DEFINE_MUTEX(links_lock);	/* guards links, waiters */
static LIST_HEAD(links);
static LIST_HEAD(waiters);
static struct workqueue_struct *link_wq;

static void link_release(struct kref *ref)
{
	struct tessera_link *link = container_of(ref, struct tessera_link, ref);

	WARN_ON_ONCE(!xa_empty(&link->channels));
	skb_queue_purge(&link->control.queue);
	ida_destroy(&link->groups);
	xa_destroy(&link->channels);
	fput(link->sock->file);
	kfree_rcu(link, rcu);
}

struct tessera_link *tessera_link_get(struct tessera_link *link)
{
	kref_get(&link->ref);
	return link;
}

void tessera_link_put(struct tessera_link *link)
{
	if (link)
		kref_put(&link->ref, link_release);
}

u16 tessera_link_node(const struct tessera_link *link)
{
	return link->node;
}

enum tessera_reason tessera_link_reason(const struct tessera_link *link)
{
	return READ_ONCE(link->reason) ?: TESSERA_REASON_LINK_LOST;
}

const struct frame_hello *tessera_link_hello(const struct tessera_link *link)
{
	return &link->peer;
}

void tessera_link_fail(struct tessera_link *link, enum tessera_reason reason)
{
	if (test_and_set_bit(LINK_FAILED, &link->flags))
		return;
	WRITE_ONCE(link->reason, reason);
	/* A reference for the work; the failing one has one itself. */
	tessera_link_get(link);
	queue_work(link_wq, &link->down_work);
}

static void waiters_tell(u16 node, struct tessera_link *link, enum tessera_reason reason)
{
	struct waiter *waiter;

	lockdep_assert_held(&links_lock);
	list_for_each_entry(waiter, &waiters, entry) {
		if (waiter->node != node || completion_done(&waiter->done))
			continue;
		waiter->link = link ? tessera_link_get(link) : NULL;
		waiter->reason = reason;
		complete(&waiter->done);
	}
}

void tessera_link_failed(u16 node, enum tessera_reason reason)
{
	mutex_lock(&links_lock);
	waiters_tell(node, NULL, reason);
	mutex_unlock(&links_lock);
}

static void callbacks_restore(struct tessera_link *link)
{
	struct sock *sk = link->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	sk->sk_data_ready = link->old_data_ready;
	sk->sk_write_space = link->old_write_space;
	sk->sk_state_change = link->old_state_change;
	write_unlock_bh(&sk->sk_callback_lock);
}

/* The end of a link, once. Afterwards nothing arrives and nothing can be sent. */
static void link_down(struct work_struct *work)
{
	struct tessera_link *link = container_of(work, struct tessera_link, down_work);
	bool was_up = test_bit(LINK_UP, &link->flags);

	mutex_lock(&links_lock);
	list_del(&link->entry);
	if (!was_up && link->role == TESSERA_LINK_HOME)
		waiters_tell(link->node, NULL, link->reason);
	mutex_unlock(&links_lock);

	cancel_delayed_work_sync(&link->hello_timer);
	kernel_sock_shutdown(link->sock, SHUT_RDWR);
	callbacks_restore(link);
	lock_sock(link->sock->sk);
	strp_stop(&link->strp);
	release_sock(link->sock->sk);
	cancel_delayed_work_sync(&link->resume);
	strp_done(&link->strp);
	wake_up_all(&link->room);
	tessera_cut_release();
	cancel_work_sync(&link->control_work);
	tessera_channels_lose(link);
	tessera_offers_lose(link);

	if (was_up || link->reason == TESSERA_REASON_OTHER_BUILD)
		tessera_event_post(&(struct tessera_event) {
			.type = TESSERA_EVENT_LINK_DOWN,
			.node = link->node,
			.id = link->role,
			.reason = link->reason,
		});
	tessera_link_put(link);	/* of the work */
	tessera_link_put(link);	/* of the list */
}

/* --- what arrives --- */

static int parse_frame(struct strparser *strp, struct sk_buff *skb)
{
	struct tessera_frame frame;
	int offset = strp_msg(skb)->offset;

	if (skb->len < offset + sizeof(frame))
		return 0;
	if (skb_copy_bits(skb, offset, &frame, sizeof(frame)))
		return -EPROTO;
	if (!tessera_frame_valid(&frame))
		return -EPROTO;
	return sizeof(frame) + frame.length;
}

static void receive_frame(struct strparser *strp, struct sk_buff *skb)
{
	struct tessera_link *link = container_of(strp, struct tessera_link, strp);

	skb_orphan(skb);
	tessera_channel_deliver(link, skb);
}

static void abort_parser(struct strparser *strp, int error)
{
	struct tessera_link *link = container_of(strp, struct tessera_link, strp);

	tessera_link_fail(link, TESSERA_REASON_PROTOCOL);
}

/*
 * The rest of a frame may be held back by the peer's TCP until we acknowledge what
 * has come; ours would wait for more of it first, up to 40 ms. In a long flow the
 * peer has much under way, and one acknowledgment for two packets is enough.
 */
static void acknowledge_partial(struct tessera_link *link, struct sock *sk)
{
	u32 at = tcp_sk(sk)->rcv_nxt;

	if (!link->strp.skb_head)
		link->flow_start = at;
	else if (at - link->flow_start < HURRIED_FLOW && inet_csk_ack_scheduled(sk))
		tcp_send_ack(sk);
}

/* A frame in many tiny packets takes up much more than it has bytes. */
static bool partial_too_large(const struct tessera_link *link)
{
	const struct sk_buff *partial = link->strp.skb_head;

	return partial && partial->truesize > PARTIAL_MAX;
}

static void on_data_ready(struct sock *sk)
{
	struct tessera_link *link;

	read_lock_bh(&sk->sk_callback_lock);
	link = sk->sk_user_data;
	if (link) {
		strp_data_ready(&link->strp);
		acknowledge_partial(link, sk);
		if (partial_too_large(link))
			tessera_link_fail(link, TESSERA_REASON_PROTOCOL);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void on_write_space(struct sock *sk)
{
	struct tessera_link *link;

	read_lock_bh(&sk->sk_callback_lock);
	link = sk->sk_user_data;
	if (link && sk_stream_is_writeable(sk)) {
		clear_bit(SOCK_NOSPACE, &link->sock->flags);
		wake_up_all(&link->room);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void on_state_change(struct sock *sk)
{
	struct tessera_link *link;

	read_lock_bh(&sk->sk_callback_lock);
	link = sk->sk_user_data;
	if (link && sk->sk_state != TCP_ESTABLISHED)
		tessera_link_fail(link, TESSERA_REASON_LINK_LOST);
	read_unlock_bh(&sk->sk_callback_lock);
}

/* --- hello --- */

static void hello_fill(struct frame_hello *hello)
{
	memset(hello, 0, sizeof(*hello));
	memcpy(hello->build_id, vmlinux_build_id, sizeof(hello->build_id));
	hello->page_size = PAGE_SIZE;
	tessera_cpu_describe(hello);
	tessera_image_tell(hello);
}

static void hello_take(struct tessera_link *link, const struct tessera_message *message)
{
	struct frame_hello hello;

	if (test_bit(LINK_UP, &link->flags) ||
	    tessera_message_get(message, &hello, sizeof(hello))) {
		tessera_link_fail(link, TESSERA_REASON_PROTOCOL);
		return;
	}
	if (memcmp(hello.build_id, vmlinux_build_id, sizeof(hello.build_id)) ||
	    hello.page_size != PAGE_SIZE) {
		pr_notice_ratelimited("tessera: node %u runs another kernel build: no process can go there\n",
				      link->node);
		tessera_link_fail(link, TESSERA_REASON_OTHER_BUILD);
		return;
	}
	link->peer = hello;
	set_bit(LINK_UP, &link->flags);
	tessera_event_post(&(struct tessera_event) {
		.type = TESSERA_EVENT_LINK_UP,
		.node = link->node,
		.id = link->role,
	});
	if (link->role != TESSERA_LINK_HOME)
		return;
	mutex_lock(&links_lock);
	waiters_tell(link->node, link, TESSERA_REASON_NONE);
	mutex_unlock(&links_lock);
}

static void hello_timeout(struct work_struct *work)
{
	struct tessera_link *link = container_of(work, struct tessera_link, hello_timer.work);

	if (!test_bit(LINK_UP, &link->flags))
		tessera_link_fail(link, TESSERA_REASON_TIMEOUT);
}

static void control_work(struct work_struct *work)
{
	struct tessera_link *link = container_of(work, struct tessera_link, control_work);
	struct tessera_message message;

	while (tessera_channel_take(&link->control, &message)) {
		if (message.frame.type == TESSERA_FRAME_HELLO)
			hello_take(link, &message);
		else if (!test_bit(LINK_UP, &link->flags) || link->role != TESSERA_LINK_HOST ||
			 tessera_offer_take(link, &message))
			tessera_link_fail(link, TESSERA_REASON_PROTOCOL);
		tessera_message_free(&message);
	}
}

static void control_notify(struct tessera_channel *channel)
{
	struct tessera_link *link = container_of(channel, struct tessera_link, control);

	queue_work(link_wq, &link->control_work);
}

/* --- the beginning --- */

static struct socket *socket_get(int fd, int *ret_error)
{
	struct socket *sock = sockfd_lookup(fd, ret_error);

	if (!sock)
		return NULL;
	if (sk_is_tcp(sock->sk) && sock->sk->sk_state == TCP_ESTABLISHED &&
	    !sock->sk->sk_user_data)
		return sock;
	fput(sock->file);
	*ret_error = -EINVAL;
	return NULL;
}

static void socket_prepare(struct tessera_link *link)
{
	struct sock *sk = link->sock->sk;

	lock_sock(sk);
	sk->sk_allocation = GFP_NOIO;
	sk->sk_use_task_frag = false;
	sk->sk_userlocks |= SOCK_RCVBUF_LOCK | SOCK_SNDBUF_LOCK;
	WRITE_ONCE(sk->sk_rcvbuf, 2 * BUFFER);
	WRITE_ONCE(sk->sk_sndbuf, BUFFER);
	/* Urgent frames wait behind no more than this. */
	WRITE_ONCE(tcp_sk(sk)->notsent_lowat, 128 * 1024);
	release_sock(sk);
	tcp_sock_set_nodelay(sk);
	tcp_sock_set_user_timeout(sk, DEAD_MS);
	sock_set_keepalive(sk);
	tcp_sock_set_keepidle(sk, IDLE_S);
	tcp_sock_set_keepintvl(sk, IDLE_S);
	tcp_sock_set_keepcnt(sk, IDLE_PROBES);
}

static void callbacks_install(struct tessera_link *link)
{
	struct sock *sk = link->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	link->old_data_ready = sk->sk_data_ready;
	link->old_write_space = sk->sk_write_space;
	link->old_state_change = sk->sk_state_change;
	sk->sk_user_data = link;
	sk->sk_data_ready = on_data_ready;
	sk->sk_write_space = on_write_space;
	sk->sk_state_change = on_state_change;
	write_unlock_bh(&sk->sk_callback_lock);
}

static struct tessera_link *link_alloc(struct socket *sock, u16 node, u16 role)
{
	static const struct strp_callbacks callbacks = {
		.parse_msg	= parse_frame,
		.rcv_msg	= receive_frame,
		.abort_parser	= abort_parser,
	};
	struct tessera_link *link = kzalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return NULL;
	kref_init(&link->ref);
	link->sock = sock;
	link->node = node;
	link->role = role;
	mutex_init(&link->send_lock);
	mutex_init(&link->bulk_lock);
	init_waitqueue_head(&link->room);
	init_waitqueue_head(&link->window);
	link->hurried_at = jiffies;
	xa_init_flags(&link->channels, XA_FLAGS_LOCK_BH);
	ida_init(&link->groups);
	INIT_WORK(&link->down_work, link_down);
	INIT_WORK(&link->control_work, control_work);
	INIT_DELAYED_WORK(&link->hello_timer, hello_timeout);
	INIT_DELAYED_WORK(&link->resume, tessera_link_resume);
	skb_queue_head_init(&link->control.queue);
	link->control.link = link;
	link->control.notify = control_notify;
	strp_init(&link->strp, sock->sk, &callbacks);
	return link;
}

int tessera_link_create(const struct tessera_link_request *request)
{
	struct tessera_link *link, *old;
	struct frame_hello hello;
	struct tessera_node node;
	struct socket *sock;
	int ret;

	if (request->role != TESSERA_LINK_HOME && request->role != TESSERA_LINK_HOST)
		return -EINVAL;
	if (!tessera_nodes_get(request->node, &node))
		return -ENOENT;
	sock = socket_get(request->fd, &ret);
	if (!sock)
		return ret;
	link = link_alloc(sock, request->node, request->role);
	if (!link) {
		fput(sock->file);
		return -ENOMEM;
	}
	socket_prepare(link);
	mutex_lock(&links_lock);
	list_for_each_entry(old, &links, entry) {
		if (old->node == link->node && old->role == link->role)
			tessera_link_fail(old, TESSERA_REASON_LINK_LOST);
	}
	list_add_tail(&link->entry, &links);
	tessera_link_get(link);	/* it may fail at any time from here on */
	callbacks_install(link);
	schedule_delayed_work(&link->hello_timer, HELLO_WITHIN);
	/* Ours is the first frame: nobody finds the link before. */
	hello_fill(&hello);
	tessera_channel_send(&link->control, TESSERA_FRAME_HELLO, 0, &hello, sizeof(hello));
	mutex_unlock(&links_lock);

	/* What came before the callbacks were there. */
	lock_sock(sock->sk);
	if (!link->strp.stopped)
		strp_check_rcv(&link->strp);
	release_sock(sock->sk);
	on_state_change(sock->sk);
	tessera_link_put(link);
	return 0;
}

/* --- finding one --- */

static struct tessera_link *find_to(u16 node)
{
	struct tessera_link *link;

	lockdep_assert_held(&links_lock);
	list_for_each_entry(link, &links, entry) {
		if (link->node == node && link->role == TESSERA_LINK_HOME &&
		    test_bit(LINK_UP, &link->flags) && !test_bit(LINK_FAILED, &link->flags))
			return tessera_link_get(link);
	}
	return NULL;
}

/* Asks the agent for a link once, and waits for its answer. */
static enum tessera_reason link_want(u16 node, struct tessera_link **ret)
{
	struct waiter waiter = { .node = node };
	long left = 0;

	init_completion(&waiter.done);
	mutex_lock(&links_lock);
	waiter.link = find_to(node);
	if (!waiter.link)
		list_add_tail(&waiter.entry, &waiters);
	mutex_unlock(&links_lock);
	if (!waiter.link) {
		tessera_event_post(&(struct tessera_event) {
			.type = TESSERA_EVENT_WANTED,
			.node = node,
		});
		left = wait_for_completion_killable_timeout(&waiter.done, DIAL_WITHIN);
		mutex_lock(&links_lock);
		list_del(&waiter.entry);
		mutex_unlock(&links_lock);
	}
	*ret = waiter.link;
	if (waiter.link)
		return TESSERA_REASON_NONE;
	return waiter.reason ?: left < 0 ? TESSERA_REASON_INTERRUPTED : TESSERA_REASON_NO_LINK;
}

enum tessera_reason tessera_link_wait(u16 node, struct tessera_link **ret)
{
	unsigned long end = jiffies + AGAIN_WITHIN;
	enum tessera_reason reason;

	for (;;) {
		reason = link_want(node, ret);
		if (reason != TESSERA_REASON_NO_LINK && reason != TESSERA_REASON_LINK_LOST)
			return reason;
		if (time_after(jiffies, end))
			return reason;
		if (schedule_timeout_killable(msecs_to_jiffies(AGAIN_MS)))
			return TESSERA_REASON_INTERRUPTED;
	}
}

void tessera_links_check(void)
{
	struct tessera_link *link;
	struct tessera_node node;

	mutex_lock(&links_lock);
	list_for_each_entry(link, &links, entry) {
		/* One that is not listed: the agent may be starting anew. */
		if (tessera_nodes_get(link->node, &node) && node.status == TESSERA_STATUS_DOWN)
			tessera_link_fail(link, TESSERA_REASON_NODE_DOWN);
	}
	mutex_unlock(&links_lock);
}

bool tessera_link_pages_fit(const struct tessera_link *link, u32 pages)
{
	return atomic_read(&link->pages) + pages <= PAGES_UNDER_WAY;
}

void tessera_link_pages_add(struct tessera_link *link, u32 pages)
{
	atomic_add(pages, &link->pages);
}

void tessera_link_pages_done(struct tessera_link *link, u32 pages)
{
	atomic_sub(pages, &link->pages);
	wake_up_all(&link->window);
}

wait_queue_head_t *tessera_link_window(struct tessera_link *link)
{
	return &link->window;
}

void tessera_link_hurry(struct tessera_link *link)
{
	WRITE_ONCE(link->hurried_at, jiffies);
}

bool tessera_link_hurried(const struct tessera_link *link)
{
	return time_before(jiffies, READ_ONCE(link->hurried_at) + msecs_to_jiffies(HURRY_MS));
}

void tessera_link_guests_add(struct tessera_link *link, int guests)
{
	atomic_add(guests, &link->guests);
}

int tessera_link_group_alloc(struct tessera_link *link)
{
	unsigned int first = atomic_inc_return(&link->last_group) % TESSERA_GROUP_MAX + 1;
	int id;

	/* Not one that was used just now: the host may not be done with it. */
	id = ida_alloc_range(&link->groups, first, TESSERA_GROUP_MAX, GFP_KERNEL);
	if (id == -ENOSPC)
		id = ida_alloc_range(&link->groups, 1, TESSERA_GROUP_MAX, GFP_KERNEL);
	return id;
}

void tessera_link_group_free(struct tessera_link *link, u32 group)
{
	ida_free(&link->groups, group);
}

int __init tessera_link_init(void)
{
	link_wq = alloc_workqueue("tessera_link", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return link_wq ? 0 : -ENOMEM;
}
