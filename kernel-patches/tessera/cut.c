// SPDX-License-Identifier: GPL-2.0
/*
 * The frame at which a link ends, or its sender stands still: so that tests of
 * failures meet every phase of a migration. Set by root, see docs/kernel.md.
 */
#include <linux/moduleparam.h>
#include <linux/spinlock.h>

#include "link_internal.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX	"tessera."

static DEFINE_SPINLOCK(cut_lock);	/* guards counting */
static DECLARE_WAIT_QUEUE_HEAD(held);	/* senders that stand still */

static unsigned int cut_after;		/* at the Nth frame from now on; 0: never */
module_param(cut_after, uint, 0600);

static unsigned int cut_type;		/* counting these only; 0: all */
module_param(cut_type, uint, 0600);

static bool cut_hold;			/* no end: its sender waits until this is 0 */

static int hold_set(const char *text, const struct kernel_param *param)
{
	int ret = param_set_bool(text, param);

	wake_up_all(&held);
	return ret;
}

static const struct kernel_param_ops hold_ops = { .set = hold_set, .get = param_get_bool };
module_param_cb(cut_hold, &hold_ops, &cut_hold, 0600);

static bool is_it(enum tessera_frame_type type)
{
	bool last = false;

	spin_lock_bh(&cut_lock);
	if (cut_after && (!cut_type || cut_type == type))
		last = !--cut_after;
	spin_unlock_bh(&cut_lock);
	return last;
}

void tessera_cut_sent(struct tessera_link *link, enum tessera_frame_type type)
{
	if (likely(!READ_ONCE(cut_after)) || !is_it(type))
		return;
	if (READ_ONCE(cut_hold))
		wait_event_idle(held, !READ_ONCE(cut_hold) || test_bit(LINK_FAILED, &link->flags));
	else
		tessera_link_fail(link, TESSERA_REASON_LINK_LOST);
}

bool tessera_cut_received(struct tessera_link *link, enum tessera_frame_type type)
{
	if (unlikely(test_bit(LINK_CUT, &link->flags)))
		return true;
	if (likely(!READ_ONCE(cut_after)) || READ_ONCE(cut_hold) || !is_it(type))
		return false;
	set_bit(LINK_CUT, &link->flags);
	tessera_link_fail(link, TESSERA_REASON_LINK_LOST);
	return true;
}

void tessera_cut_release(void)
{
	wake_up_all(&held);
}
