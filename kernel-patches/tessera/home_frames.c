// SPDX-License-Identifier: GPL-2.0
/* What the host says to home about a process as a whole, in the order it says it. */
#include <linux/sched/signal.h>

#include "deputy.h"
#include "group.h"
#include "memory.h"
#include "process.h"
#include "stream.h"

/* Does the process end when the host's part of it does? */
static bool is_there(struct tessera_group *group)
{
	enum tessera_group_state state = READ_ONCE(group->state);

	return state == GROUP_AWAY || (state == GROUP_RETURNING && !group->pages_end);
}

/* The host cannot go on, or will say nothing more. */
static void give_up(struct tessera_group *group, enum tessera_reason reason)
{
	tessera_group_abort(group, reason);
	if (is_there(group))
		tessera_home_lose(group, reason);
}

static int refused(struct tessera_group *group, const struct tessera_message *message)
{
	struct frame_reason frame;

	if (tessera_message_get(message, &frame, sizeof(frame)))
		return -EPROTO;
	give_up(group, frame.reason ?: TESSERA_REASON_PROTOCOL);
	return 0;
}

static int ended(struct tessera_group *group, const struct tessera_message *message)
{
	struct frame_exit frame;

	if (tessera_message_get(message, &frame, sizeof(frame)))
		return -EPROTO;
	tessera_group_abort(group, TESSERA_REASON_NO_CAGE);
	if (!is_there(group))
		return 0;
	/* What it does to itself it does at home. */
	if ((frame.code & 0x7f) == SIGKILL)
		pr_notice("tessera: process %d (%s) ends: node %u, where it ran, killed it\n",
			  group->pid, group->comm, tessera_link_node(group->link));
	spin_lock(&group->lock);
	group->exit = frame;
	group->exit_code = frame.code;
	group->exit_sent = true;	/* the guest knows */
	WRITE_ONCE(group->exiting, true);
	spin_unlock(&group->lock);
	tessera_group_wake(group);
	/* Also who is stopped. */
	tessera_home_wake(group);
	return 0;
}

/*
 * The guest stands still and wants home. After the answer nothing is sent to it
 * any more: no signal, no page.
 */
static int wants_home(struct tessera_group *group)
{
	bool away;

	mutex_lock(&group->signal_lock);
	away = tessera_group_switch(group, GROUP_AWAY, GROUP_RETURNING);
	mutex_unlock(&group->signal_lock);
	if (!away)
		return READ_ONCE(group->state) == GROUP_ENDED ? 0 : -EPROTO;
	tessera_home_wake(group);
	tessera_memory_stop(group->memory);
	return tessera_channel_send(&group->channel, TESSERA_FRAME_RETURN_OK, 0, NULL, 0);
}

/*
 * Before it is away, when it was refused, and once it is back, home's memory is
 * nobody else's.
 */
static bool premature(struct tessera_group *group, u8 type)
{
	enum tessera_group_state state = READ_ONCE(group->state);

	return (type == TESSERA_FRAME_PAGE_REQ || type == TESSERA_FRAME_PAGES_ACK ||
		type == TESSERA_FRAME_RECALL) &&
	       (group->pages_end || (state != GROUP_AWAY && state != GROUP_RETURNING));
}

static int take_frame(struct tessera_group *group, struct tessera_message *message)
{
	if (premature(group, message->frame.type))
		return 0;
	switch ((enum tessera_frame_type)message->frame.type) {
	case TESSERA_FRAME_ACCEPT:
		tessera_group_set(group, &group->accepted);
		return 0;
	case TESSERA_FRAME_REFUSE:
		return refused(group, message);
	case TESSERA_FRAME_READY:
		tessera_group_set(group, &group->ready);
		return 0;
	case TESSERA_FRAME_DATA:
		return tessera_stream_keep(group, message);
	case TESSERA_FRAME_PAGE_REQ:
		return tessera_memory_serve(group->memory, message);
	case TESSERA_FRAME_PAGES:
		if (READ_ONCE(group->state) != GROUP_RETURNING || group->pages_end)
			return -EPROTO;
		return tessera_memory_take_home(group->memory, message);
	case TESSERA_FRAME_PAGES_ACK:
		return tessera_memory_acked(group->memory, message);
	case TESSERA_FRAME_SIGNALS_TAKEN:
		return tessera_signals_taken(group, message);
	case TESSERA_FRAME_PAGES_END:
		if (READ_ONCE(group->state) != GROUP_RETURNING)
			return -EPROTO;
		tessera_group_set(group, &group->pages_end);
		return 0;
	case TESSERA_FRAME_RECALL:
		tessera_home_wake(group);
		return 0;
	case TESSERA_FRAME_RETURN:
		return wants_home(group);
	case TESSERA_FRAME_EXIT:
		return ended(group, message);
	default:
		return -EPROTO;
	}
}

void tessera_home_frames(struct work_struct *work)
{
	struct tessera_group *group = container_of(work, struct tessera_group, work);
	int ret = tessera_group_take(group, take_frame);

	if (!ret)
		return;
	/* All that came is read. */
	give_up(group, ret == -EPIPE ? tessera_link_reason(group->link) :
				       tessera_error_reason(ret) ?: TESSERA_REASON_PROTOCOL);
	WRITE_ONCE(group->lost, true);
	tessera_memory_lose(group->memory);
	tessera_group_wake(group);
}
