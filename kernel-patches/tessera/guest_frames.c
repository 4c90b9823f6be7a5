// SPDX-License-Identifier: GPL-2.0
/* What home says to a guest's process as a whole, in the order it says it. */
#include <linux/sched/signal.h>

#include "group.h"
#include "guest.h"
#include "memory.h"
#include "process.h"
#include "stream.h"

static int run(struct tessera_group *group)
{
	bool recalled;

	/* Not before its threads are what they shall be. */
	if (!READ_ONCE(group->ready))
		return -EPROTO;
	if (tessera_group_switch(group, GROUP_ARRIVING, GROUP_RUNNING))
		schedule_delayed_work(&group->times_work, HZ);
	spin_lock(&group->lock);
	recalled = group->recalled;
	spin_unlock(&group->lock);
	if (recalled)
		tessera_guest_recall(group);
	return 0;
}

static int take_frame(struct tessera_group *group, struct tessera_message *message)
{
	switch ((enum tessera_frame_type)message->frame.type) {
	case TESSERA_FRAME_DATA:
		return tessera_stream_keep(group, message);
	case TESSERA_FRAME_RUN:
		return run(group);
	case TESSERA_FRAME_PAGES:
		return tessera_memory_take(group->memory, message);
	case TESSERA_FRAME_PAGES_ACK:
		return tessera_memory_acked(group->memory, message);
	case TESSERA_FRAME_RECALL:
		tessera_guest_recall(group);
		return 0;
	case TESSERA_FRAME_RETURN_OK:
		tessera_group_set(group, &group->return_ok);
		return 0;
	case TESSERA_FRAME_LAID_OUT:
		tessera_group_set(group, &group->laid_out);
		return 0;
	case TESSERA_FRAME_BYE:
	case TESSERA_FRAME_KILL:
	case TESSERA_FRAME_REFUSE:
		tessera_guest_kill(group);
		return 0;
	default:
		return -EPROTO;
	}
}

void tessera_guest_frames(struct work_struct *work)
{
	struct tessera_group *group = container_of(work, struct tessera_group, work);
	int ret = tessera_group_take(group, take_frame);

	if (!ret)
		return;
	if (READ_ONCE(group->state) != GROUP_ENDED)
		pr_notice_ratelimited("tessera: guest %d (%s) of node %u ends: %s\n", group->pid,
				      group->comm, tessera_link_node(group->link),
				      tessera_reason_text(tessera_error_reason(ret)));
	tessera_guest_fail(group, ret);
}
