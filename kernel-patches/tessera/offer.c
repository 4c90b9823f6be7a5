// SPDX-License-Identifier: GPL-2.0
/* See offer.h. */
#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "admin.h"
#include "events.h"
#include "link_internal.h"
#include "offer.h"

#define OFFERS_MAX	256
#define OFFERS_OF_LINK	64	/* one home leaves room for others */
#define GUESTS_OF_LINK	1024	/* processes of a home that run here */
#define VALID_FOR	(10 * HZ)	/* no longer than home waits */

struct offer {
	struct list_head entry;
	struct tessera_link *link;	/* counted */
	struct frame_offer frame;
	u64 id;
	unsigned long since;		/* jiffies */
	s64 monotonic_ns, boottime_ns;	/* what its clocks are ahead of ours */
};

static DEFINE_MUTEX(offers_lock);	/* guards all of these */
static LIST_HEAD(offers);
static unsigned int offers_count;
static u64 last_id;

int tessera_offer_send(struct tessera_link *link, const struct frame_offer *offer)
{
	return tessera_channel_send(&link->control, TESSERA_FRAME_OFFER, 0,
				    offer, sizeof(*offer));
}

void tessera_offer_refuse(struct tessera_link *link, u32 group, enum tessera_reason reason)
{
	struct tessera_channel channel = {
		.id = tessera_channel_id(group, 0),
		.link = link,
	};
	struct frame_reason frame = { .reason = reason };

	tessera_channel_send(&channel, TESSERA_FRAME_REFUSE, 0, &frame, sizeof(frame));
}

static void offer_free(struct offer *offer)
{
	lockdep_assert_held(&offers_lock);
	list_del(&offer->entry);
	offers_count--;
	tessera_link_put(offer->link);
	kfree(offer);
}

static unsigned int count_of(const struct tessera_link *link)
{
	struct offer *offer;
	unsigned int n = 0;

	lockdep_assert_held(&offers_lock);
	list_for_each_entry(offer, &offers, entry)
		n += offer->link == link;
	return n;
}

/* It gets into logs, and onto terminals. */
static void clean(char name[TASK_COMM_LEN])
{
	for (; *name; name++) {
		if (!isascii(*name) || !isprint(*name))
			*name = '?';
	}
}

static void forget_old(void)
{
	struct offer *offer, *next;

	list_for_each_entry_safe(offer, next, &offers, entry) {
		if (time_after(jiffies, offer->since + VALID_FOR))
			offer_free(offer);
	}
}

static enum tessera_reason add(struct tessera_link *link, const struct frame_offer *frame,
			       u64 *ret_id)
{
	struct offer *offer;

	lockdep_assert_held(&offers_lock);
	forget_old();
	if (offers_count == OFFERS_MAX || count_of(link) == OFFERS_OF_LINK ||
	    atomic_read(&link->guests) >= GUESTS_OF_LINK)
		return TESSERA_REASON_FULL;
	offer = kzalloc(sizeof(*offer), GFP_KERNEL);
	if (!offer)
		return TESSERA_REASON_NO_MEMORY;
	offer->link = tessera_link_get(link);
	offer->frame = *frame;
	clean(offer->frame.comm);
	offer->id = *ret_id = ++last_id;
	offer->since = jiffies;
	offer->monotonic_ns = frame->monotonic_ns - ktime_get_ns();
	offer->boottime_ns = frame->boottime_ns - ktime_get_boottime_ns();
	list_add_tail(&offer->entry, &offers);
	offers_count++;
	return TESSERA_REASON_NONE;
}

int tessera_offer_take(struct tessera_link *link, const struct tessera_message *message)
{
	enum tessera_reason reason = TESSERA_REASON_BLOCKED;
	struct frame_offer frame;
	u64 id;

	if (message->frame.type != TESSERA_FRAME_OFFER ||
	    tessera_message_get(message, &frame, sizeof(frame)) ||
	    !frame.group || frame.group > TESSERA_GROUP_MAX || frame.tid <= 1 ||
	    frame.reserved || frame.threads > TESSERA_THREADS_MAX ||
	    strnlen(frame.comm, sizeof(frame.comm)) == sizeof(frame.comm))
		return -EPROTO;
	if (!tessera_blocked()) {
		mutex_lock(&offers_lock);
		reason = add(link, &frame, &id);
		mutex_unlock(&offers_lock);
	}
	if (reason) {
		tessera_offer_refuse(link, frame.group, reason);
		return 0;
	}
	tessera_event_post(&(struct tessera_event) {
		.type = TESSERA_EVENT_GUEST,
		.node = link->node,
		.id = id,
		.pid = frame.tid,
	});
	return 0;
}

void tessera_offers_lose(struct tessera_link *link)
{
	struct offer *offer, *next;

	mutex_lock(&offers_lock);
	list_for_each_entry_safe(offer, next, &offers, entry) {
		if (offer->link == link)
			offer_free(offer);
	}
	mutex_unlock(&offers_lock);
}

static struct offer *find(u64 id)
{
	struct offer *offer;

	lockdep_assert_held(&offers_lock);
	forget_old();
	list_for_each_entry(offer, &offers, entry) {
		if (offer->id == id)
			return offer;
	}
	return NULL;
}

int tessera_offer_info(struct tessera_guest_info *info)
{
	struct offer *offer;
	u64 id = info->id;

	mutex_lock(&offers_lock);
	offer = find(id);
	if (offer) {
		*info = (struct tessera_guest_info) {
			.id = id,
			.node = offer->link->node,
			.pid = offer->frame.tid,
			.monotonic_ns = offer->monotonic_ns,
			.boottime_ns = offer->boottime_ns,
		};
		strscpy(info->comm, offer->frame.comm, sizeof(info->comm));
	}
	mutex_unlock(&offers_lock);
	return offer ? 0 : -ENOENT;
}

int tessera_offer_accept(u64 id, struct frame_offer *ret_offer, struct tessera_link **ret_link)
{
	struct offer *offer;

	mutex_lock(&offers_lock);
	offer = find(id);
	if (offer) {
		*ret_offer = offer->frame;
		*ret_link = tessera_link_get(offer->link);
		offer_free(offer);
	}
	mutex_unlock(&offers_lock);
	return offer ? 0 : -ENOENT;
}

int tessera_offer_fail(u64 id, enum tessera_reason reason)
{
	struct tessera_link *link;
	struct frame_offer offer;
	int ret;

	ret = tessera_offer_accept(id, &offer, &link);
	if (ret)
		return ret;
	tessera_offer_refuse(link, offer.group, reason);
	tessera_link_put(link);
	return 0;
}
