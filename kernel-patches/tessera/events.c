// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what happened to the nodes, in a bounded queue for each reader. A
 * reader who is too slow loses the newest ones and finds, in their place, one
 * event that says how many: then it has to look at the whole table again.
 */
#include <linux/kfifo.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "events.h"

#define QUEUE_SIZE	256	/* events; a power of two */

struct tessera_reader {
	struct list_head entry;		/* in readers */
	wait_queue_head_t wait;
	struct mutex read_lock;		/* one read() at a time: only it takes out */
	spinlock_t lock;		/* guards queue and lost */
	u32 lost;			/* events that found the queue full */
	DECLARE_KFIFO(queue, struct tessera_event, QUEUE_SIZE);
};

static DEFINE_MUTEX(readers_lock);	/* guards readers */
static LIST_HEAD(readers);

struct tessera_reader *tessera_reader_create(void)
{
	struct tessera_reader *reader;

	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return NULL;
	init_waitqueue_head(&reader->wait);
	mutex_init(&reader->read_lock);
	spin_lock_init(&reader->lock);
	INIT_KFIFO(reader->queue);

	mutex_lock(&readers_lock);
	list_add_tail(&reader->entry, &readers);
	mutex_unlock(&readers_lock);
	return reader;
}

void tessera_reader_destroy(struct tessera_reader *reader)
{
	if (!reader)
		return;
	mutex_lock(&readers_lock);
	list_del(&reader->entry);
	mutex_unlock(&readers_lock);
	mutex_destroy(&reader->read_lock);
	kfree(reader);
}

static struct tessera_event event_now(enum tessera_event_type type, u32 node)
{
	return (struct tessera_event) {
		.type		= type,
		.node		= node,
		.boottime_ns	= ktime_get_boottime_ns(),
	};
}

/* Room for two: the word about the lost ones goes before what comes now. */
static void reader_put(struct tessera_reader *reader,
		       const struct tessera_event *event)
{
	lockdep_assert_held(&reader->lock);
	if (reader->lost && kfifo_avail(&reader->queue) >= 2) {
		kfifo_put(&reader->queue,
			  event_now(TESSERA_EVENT_OVERFLOW, reader->lost));
		reader->lost = 0;
	}
	if (reader->lost || !kfifo_put(&reader->queue, *event))
		reader->lost++;
}

void tessera_event_post(struct tessera_event *event)
{
	struct tessera_reader *reader;

	event->boottime_ns = ktime_get_boottime_ns();
	mutex_lock(&readers_lock);
	list_for_each_entry(reader, &readers, entry) {
		spin_lock(&reader->lock);
		reader_put(reader, event);
		spin_unlock(&reader->lock);
		wake_up_interruptible_poll(&reader->wait, EPOLLIN | EPOLLRDNORM);
	}
	mutex_unlock(&readers_lock);
}

void tessera_event_send(enum tessera_event_type type, u32 node)
{
	tessera_event_post(&(struct tessera_event) { .type = type, .node = node });
}

static bool reader_ready(struct tessera_reader *reader)
{
	bool ready;

	spin_lock(&reader->lock);
	ready = !kfifo_is_empty(&reader->queue) || reader->lost;
	spin_unlock(&reader->lock);
	return ready;
}

/* The oldest event stays queued until reader_skip(): its copy can still fail. */
static bool reader_peek(struct tessera_reader *reader,
			struct tessera_event *ret_event)
{
	bool found;

	lockdep_assert_held(&reader->read_lock);
	spin_lock(&reader->lock);
	if (kfifo_is_empty(&reader->queue) && reader->lost) {
		kfifo_put(&reader->queue,
			  event_now(TESSERA_EVENT_OVERFLOW, reader->lost));
		reader->lost = 0;
	}
	found = kfifo_peek(&reader->queue, ret_event);
	spin_unlock(&reader->lock);
	return found;
}

static void reader_skip(struct tessera_reader *reader)
{
	lockdep_assert_held(&reader->read_lock);
	spin_lock(&reader->lock);
	kfifo_skip(&reader->queue);
	spin_unlock(&reader->lock);
}

static ssize_t reader_copy(struct tessera_reader *reader, char __user *buf,
			   size_t len)
{
	struct tessera_event event;
	size_t done = 0;

	lockdep_assert_held(&reader->read_lock);
	while (len - done >= sizeof(event) && reader_peek(reader, &event)) {
		if (copy_to_user(buf + done, &event, sizeof(event)))
			return done ?: -EFAULT;
		reader_skip(reader);
		done += sizeof(event);
	}
	return done;
}

ssize_t tessera_reader_read(struct tessera_reader *reader, char __user *buf,
			    size_t len, bool nonblock)
{
	ssize_t ret;

	if (len < sizeof(struct tessera_event))
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&reader->read_lock))
			return -ERESTARTSYS;
		ret = reader_copy(reader, buf, len);
		mutex_unlock(&reader->read_lock);
		if (ret)
			return ret;
		if (nonblock)
			return -EAGAIN;
		ret = wait_event_interruptible(reader->wait, reader_ready(reader));
		if (ret)
			return ret;
	}
}

__poll_t tessera_reader_poll(struct tessera_reader *reader, struct file *file,
			     poll_table *wait)
{
	poll_wait(file, &reader->wait, wait);
	return reader_ready(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}
