// SPDX-License-Identifier: GPL-2.0
/*
 * The node table: the cluster as the agent knows it. It is never changed, only
 * replaced as a whole, so that readers need RCU and nothing else; it lives from
 * being handed over until a grace period after the next one.
 *
 * Lock order of the subsystem:
 *	table_lock	> readers_lock > a reader's lock	(nodes.c, events.c)
 *	a reader's read_lock > mmap_lock, a reader's lock	(events.c)
 * User memory is never touched under table_lock or readers_lock, and /proc/hpc
 * takes none of them: no reader can hold up the agent.
 */
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "events.h"
#include "link.h"
#include "nodes.h"

struct table {
	struct rcu_head rcu;
	u32 count;
	u16 self;
	struct tessera_node nodes[] __counted_by(count);	/* by number */
};

static DEFINE_MUTEX(table_lock);	/* guards replacing table, and owner */
static struct table __rcu *table;
static const void *table_owner;

static int by_number(const void *a, const void *b)
{
	const struct tessera_node *x = a, *y = b;

	return (int)x->number - (int)y->number;
}

static bool node_valid(const struct tessera_node *node)
{
	if (!node->number || node->reserved)
		return false;
	if (strnlen(node->name, sizeof(node->name)) == sizeof(node->name))
		return false;
	switch (node->status) {
	case TESSERA_STATUS_UP:
	case TESSERA_STATUS_SUSPECT:
	case TESSERA_STATUS_DOWN:
		return true;
	}
	return false;
}

static bool table_valid(const struct table *new)
{
	bool self_listed = !new->self;
	u32 i;

	for (i = 0; i < new->count; i++) {
		const struct tessera_node *node = &new->nodes[i];

		if (!node_valid(node))
			return false;
		if (i && node->number == new->nodes[i - 1].number)
			return false;
		self_listed |= node->number == new->self;
	}
	return self_listed;
}

static struct table *table_from_user(const struct tessera_nodes *request)
{
	struct table *new;

	if (request->count > TESSERA_NODES_MAX)
		return ERR_PTR(-E2BIG);
	if (request->reserved)
		return ERR_PTR(-EINVAL);

	new = kvmalloc(struct_size(new, nodes, request->count),
		       GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->count = request->count;
	new->self = request->self;
	if (copy_from_user(new->nodes, u64_to_user_ptr(request->nodes),
			   flex_array_size(new, nodes, new->count))) {
		kvfree(new);
		return ERR_PTR(-EFAULT);
	}
	sort(new->nodes, new->count, sizeof(new->nodes[0]), by_number, NULL);
	if (!table_valid(new)) {
		kvfree(new);
		return ERR_PTR(-EINVAL);
	}
	return new;
}

static enum tessera_event_type event_of(const struct tessera_node *node)
{
	switch ((enum tessera_status)node->status) {
	case TESSERA_STATUS_UP:
		return TESSERA_EVENT_UP;
	case TESSERA_STATUS_SUSPECT:
		return TESSERA_EVENT_SUSPECT;
	case TESSERA_STATUS_DOWN:
		break;
	}
	return TESSERA_EVENT_DOWN;
}

/* Tell what is different; both tables are in the order of the numbers. */
static void send_changes(const struct table *old, const struct table *new)
{
	u32 i = 0, j = 0;

	lockdep_assert_held(&table_lock);
	while (i < old->count || j < new->count) {
		const struct tessera_node *was, *is;

		was = i < old->count ? &old->nodes[i] : NULL;
		is = j < new->count ? &new->nodes[j] : NULL;
		if (was && is && was->number != is->number) {
			if (was->number < is->number)
				is = NULL;
			else
				was = NULL;
		}
		if (!is)
			tessera_event_send(TESSERA_EVENT_GONE, was->number);
		else if (!was || was->status != is->status)
			tessera_event_send(event_of(is), is->number);
		i += !!was;
		j += !!is;
	}
	if (old->self != new->self)
		tessera_event_send(TESSERA_EVENT_SELF, new->self);
}

static void table_swap(struct table *new, const void *owner)
{
	static const struct table empty;
	struct table *old;

	lockdep_assert_held(&table_lock);
	old = rcu_replace_pointer(table, new, lockdep_is_held(&table_lock));
	table_owner = owner;
	send_changes(old ?: &empty, new ?: &empty);
	tessera_links_check();
	if (old)
		kvfree_rcu(old, rcu);
}

int tessera_nodes_replace(const void *owner, const struct tessera_nodes *request)
{
	struct table *new;
	int ret = 0;

	new = table_from_user(request);
	if (IS_ERR(new))
		return PTR_ERR(new);

	mutex_lock(&table_lock);
	if (table_owner && table_owner != owner) {
		ret = -EBUSY;
		kvfree(new);
	} else if (new->count) {
		table_swap(new, owner);
	} else {
		table_swap(NULL, NULL);
		kvfree(new);
	}
	mutex_unlock(&table_lock);
	return ret;
}

void tessera_nodes_disown(const void *owner)
{
	mutex_lock(&table_lock);
	if (table_owner == owner)
		table_swap(NULL, NULL);
	mutex_unlock(&table_lock);
}

bool tessera_nodes_get(u16 number, struct tessera_node *ret_node)
{
	const struct tessera_node key = { .number = number }, *node = NULL;
	const struct table *now;

	rcu_read_lock();
	now = rcu_dereference(table);
	if (now)
		node = bsearch(&key, now->nodes, now->count,
			       sizeof(now->nodes[0]), by_number);
	if (node)
		*ret_node = *node;
	rcu_read_unlock();
	return node;
}

u16 tessera_nodes_self(void)
{
	const struct table *now;
	u16 self = 0;

	rcu_read_lock();
	now = rcu_dereference(table);
	if (now)
		self = now->self;
	rcu_read_unlock();
	return self;
}

u16 tessera_nodes_next(u32 number)
{
	const struct table *now;
	u32 low = 0, high;
	u16 found = 0;

	rcu_read_lock();
	now = rcu_dereference(table);
	high = now ? now->count : 0;
	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (now->nodes[middle].number < number) {
			low = middle + 1;
		} else {
			found = now->nodes[middle].number;
			high = middle;
		}
	}
	rcu_read_unlock();
	return found;
}
