// SPDX-License-Identifier: GPL-2.0
/*
 * System calls of a guest, see call.h: preparing one and running it at home.
 */
#include <linux/limits.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "call.h"
#include "call_guest.h"
#include "call_internal.h"
#include "group.h"
#include "guest.h"
#include "thread.h"

static void call_reset(struct tessera_call *call)
{
	call->frame = (struct frame_call) { .nr = call->nr };
	memcpy(call->frame.args, call->args, sizeof(call->args));
	call->out_at = TESSERA_ARENA_IN;
	call->result_flags = 0;
}

struct tessera_call *tessera_call_begin(struct tessera_task *member, long nr,
					const unsigned long args[6])
{
	struct tessera_call *call = member->call;

	if (!call) {
		call = kzalloc(sizeof(*call), GFP_KERNEL_ACCOUNT);
		if (!call)
			return NULL;
		call->arena = call->small_arena;
		call->room = sizeof(call->small_arena);
		call->fixups = call->small_fixups;
		call->outs = call->small_outs;
		call->to = call->small_to;
		call->parts_max = CALL_SMALL;
		member->call = call;
	}
	call->member = member;
	call->nr = nr;
	memcpy(call->args, args, sizeof(call->args));
	call_reset(call);
	return call;
}

/* Large buffers are for the call that needed them. */
void tessera_call_end(struct tessera_call *call)
{
	if (call->arena != call->small_arena) {
		kvfree(call->arena);
		call->arena = call->small_arena;
		call->room = sizeof(call->small_arena);
	}
	if (call->fixups != call->small_fixups) {
		kvfree(call->fixups);
		call->fixups = call->small_fixups;
		call->outs = call->small_outs;
		call->to = call->small_to;
		call->parts_max = CALL_SMALL;
	}
}

void tessera_call_free(struct tessera_call *call)
{
	if (!call)
		return;
	tessera_call_end(call);
	kfree(call);
}

u32 call_nr(const struct tessera_call *call)
{
	return call->nr;
}

unsigned long call_arg(const struct tessera_call *call, unsigned int arg)
{
	return call->args[arg];
}

void call_set_nr(struct tessera_call *call, u32 nr)
{
	call->frame.nr = nr;
}

void call_set_arg(struct tessera_call *call, unsigned int arg, unsigned long value)
{
	call->frame.args[arg] = value;
	call->frame.pointers &= ~(1u << arg);
}

void call_point_arg(struct tessera_call *call, unsigned int arg, u32 offset)
{
	call->frame.args[arg] = offset;
	call->frame.pointers |= 1u << arg;
}

/* --- room --- */

static int parts_grow(struct tessera_call *call)
{
	const size_t one = sizeof(*call->fixups) + sizeof(*call->outs) + sizeof(*call->to);
	void *parts, *outs, *to;

	if (call->parts_max == TESSERA_PARTS_MAX)
		return -E2BIG;
	/* One piece of memory: those with the largest members first. */
	parts = kvmalloc(TESSERA_PARTS_MAX * one, GFP_KERNEL);
	if (!parts)
		return -ENOMEM;
	to = parts + TESSERA_PARTS_MAX * sizeof(*call->fixups);
	outs = to + TESSERA_PARTS_MAX * sizeof(*call->to);
	memcpy(parts, call->fixups, call->frame.fixups * sizeof(*call->fixups));
	memcpy(to, call->to, call->frame.outs * sizeof(*call->to));
	memcpy(outs, call->outs, call->frame.outs * sizeof(*call->outs));
	call->fixups = parts;
	call->to = to;
	call->outs = outs;
	call->parts_max = TESSERA_PARTS_MAX;
	return 0;
}

static int in_room(struct tessera_call *call, size_t size, u32 *ret_offset)
{
	u32 at = ALIGN(call->frame.in, 8);

	if (size > TESSERA_ARENA_IN - at)
		return -E2BIG;
	if (at + size > call->room) {
		u8 *arena = kvmalloc(TESSERA_ARENA_IN, GFP_KERNEL);

		if (!arena)
			return -ENOMEM;
		memcpy(arena, call->arena, call->frame.in);
		call->arena = arena;
		call->room = TESSERA_ARENA_IN;
	}
	memset(call->arena + call->frame.in, 0, at - call->frame.in);
	call->frame.in = at + size;
	call->frame.arena = max(call->frame.arena, call->frame.in);
	*ret_offset = at;
	return 0;
}

static int out_add(struct tessera_call *call, u32 offset, void __user *to, size_t size, u32 unit)
{
	int ret;

	if (call->frame.outs == call->parts_max) {
		ret = parts_grow(call);
		if (ret)
			return ret;
	}
	call->outs[call->frame.outs] = (struct frame_out) { offset, size, unit };
	call->to[call->frame.outs++] = to;
	return 0;
}

int call_put(struct tessera_call *call, const void *data, size_t size, u32 *ret_offset)
{
	int ret = in_room(call, size, ret_offset);

	if (!ret)
		memcpy(call->arena + *ret_offset, data, size);
	return ret;
}

int call_put_user(struct tessera_call *call, const void __user *data, size_t size,
		  u32 *ret_offset)
{
	int ret = in_room(call, size, ret_offset);

	if (!ret && copy_from_user(call->arena + *ret_offset, data, size))
		ret = -EFAULT;
	return ret;
}

int call_room(struct tessera_call *call, void __user *to, size_t size, u32 unit,
	      u32 *ret_offset)
{
	u32 at = ALIGN(call->out_at, 64);
	int ret;

	if (size > TESSERA_ARENA_MAX - at)
		return -E2BIG;
	if (!to && size)
		return -EFAULT;
	ret = out_add(call, at, to, size, unit);
	if (ret)
		return ret;
	call->out_at = at + size;
	call->frame.arena = call->out_at;
	*ret_offset = at;
	return 0;
}

int call_return(struct tessera_call *call, u32 offset, void __user *to, size_t size)
{
	return out_add(call, offset, to, size, 0);
}

int call_point(struct tessera_call *call, u32 where, u32 offset)
{
	u64 value = offset;
	int ret;

	if (call->frame.fixups == call->parts_max) {
		ret = parts_grow(call);
		if (ret)
			return ret;
	}
	memcpy(call->arena + where, &value, sizeof(value));
	call->fixups[call->frame.fixups++] = where;
	return 0;
}

/* --- arguments --- */

int call_arg_in(struct tessera_call *call, unsigned int arg, size_t size)
{
	void __user *from = (void __user *)call->args[arg];
	u32 offset;
	int ret;

	if (!from)
		return 0;
	ret = call_put_user(call, from, size, &offset);
	if (!ret)
		call_point_arg(call, arg, offset);
	return ret;
}

int call_arg_out(struct tessera_call *call, unsigned int arg, size_t size, u32 unit)
{
	void __user *to = (void __user *)call->args[arg];
	u32 offset;
	int ret;

	if (!to)
		return 0;
	if (!access_ok(to, size))
		return -EFAULT;
	ret = call_room(call, to, size, unit, &offset);
	if (!ret)
		call_point_arg(call, arg, offset);
	return ret;
}

int call_arg_inout(struct tessera_call *call, unsigned int arg, size_t size)
{
	void __user *at = (void __user *)call->args[arg];
	u32 offset;
	int ret;

	if (!at)
		return 0;
	ret = call_put_user(call, at, size, &offset);
	if (!ret)
		ret = call_return(call, offset, at, size);
	if (!ret)
		call_point_arg(call, arg, offset);
	return ret;
}

int call_arg_string(struct tessera_call *call, unsigned int arg)
{
	void __user *from = (void __user *)call->args[arg];
	long length;

	if (!from)
		return 0;
	length = strnlen_user(from, PATH_MAX);
	if (!length)
		return -EFAULT;
	/* Too long: with one byte more home says so itself, for what it is. */
	return call_arg_in(call, arg, min_t(long, length, PATH_MAX + 1));
}

/* Where the kernel takes an int, the rest of the register means nothing. */
static ssize_t length_of(const struct tessera_call *call, const struct call_arg *as)
{
	unsigned long told = call->args[as->size & CALL_ARGUMENT];

	if (as->size & CALL_INT)
		return (int)told;
	if (as->size & CALL_UINT)
		return (unsigned int)told;
	return min_t(unsigned long, told, SSIZE_MAX);
}

static int arg_in_len(struct tessera_call *call, unsigned int arg, const struct call_arg *as)
{
	ssize_t length = length_of(call, as);

	return length > (ssize_t)CALL_CHUNK ? -E2BIG : call_arg_in(call, arg, max(length, 0));
}

static int arg_out_result(struct tessera_call *call, unsigned int arg, const struct call_arg *as)
{
	ssize_t length = length_of(call, as);

	if (length > (ssize_t)CALL_CHUNK) {
		length = CALL_CHUNK;
		call_set_arg(call, as->size & CALL_ARGUMENT, length);
	}
	return call_arg_out(call, arg, max(length, 0), 1);
}

int call_arg_as(struct tessera_call *call, unsigned int arg, const struct call_arg *as)
{
	switch ((enum call_kind)as->kind) {
	case ARG_VALUE:
		return 0;
	case ARG_STRING:
		return call_arg_string(call, arg);
	case ARG_IN:
		return call_arg_in(call, arg, as->size);
	case ARG_OUT:
		return call_arg_out(call, arg, as->size, 0);
	case ARG_INOUT:
		return call_arg_inout(call, arg, as->size);
	case ARG_IN_LEN:
		return arg_in_len(call, arg, as);
	case ARG_OUT_RESULT:
		return arg_out_result(call, arg, as);
	}
	return -EINVAL;
}

int call_arg_all(struct tessera_call *call, const struct call_entry *entry)
{
	unsigned int arg;
	int ret = 0;

	for (arg = 0; arg < 6 && !ret; arg++)
		ret = call_arg_as(call, arg, &entry->args[arg]);
	return ret;
}

void call_split(struct tessera_call *call)
{
	call->frame.flags |= TESSERA_CALL_PART;
}

/* --- running --- */

static int send_call(struct tessera_call *call)
{
	struct tessera_task *member = call->member;
	struct kvec parts[] = {
		{ &call->frame, sizeof(call->frame) },
		{ call->fixups, call->frame.fixups * sizeof(*call->fixups) },
		{ call->outs, call->frame.outs * sizeof(*call->outs) },
		{ call->arena, call->frame.in },
	};

	call->frame.blocked = current->blocked.sig[0];
	return tessera_channel_sendv(&member->channel, TESSERA_FRAME_CALL, ++member->request,
				     parts, ARRAY_SIZE(parts));
}

static bool something(struct tessera_task *member)
{
	return tessera_channel_ready(&member->channel) ||
	       READ_ONCE(member->group->state) == GROUP_ENDED;
}

/* Until the answer is there. A signal here ends the call there, once. */
static int wait_result(struct tessera_call *call, struct tessera_message *ret)
{
	struct tessera_task *member = call->member;
	int error = 0;

	call->interrupted = false;
	while (!error) {
		/* Before taking: what comes after that is no end. */
		bool over = tessera_channel_lost(&member->channel) ||
			    READ_ONCE(member->group->state) == GROUP_ENDED;

		if (tessera_channel_take(&member->channel, ret)) {
			if (ret->frame.type == TESSERA_FRAME_RESULT &&
			    ret->frame.request == member->request)
				return 0;
			error = tessera_guest_frame(member, ret);
			continue;
		}
		if (over)
			return -EPIPE;
		if (call->interrupted) {
			error = wait_event_state(member->wait, something(member),
						 (TASK_KILLABLE | TASK_FREEZABLE));
		} else if (wait_event_freezable(member->wait, something(member))) {
			call->interrupted = true;
			error = tessera_channel_send(&member->channel, TESSERA_FRAME_INTERRUPT,
						     member->request, NULL, 0);
		}
	}
	return error;
}

/* What came back goes where the program wants it. */
static int take_outs(struct tessera_call *call, const struct tessera_message *message,
		     const struct frame_result *result)
{
	size_t at = sizeof(*result);
	u64 left = ~0ull;
	unsigned int i;

	for (i = 0; i < call->frame.outs; i++) {
		u32 n = tessera_out_length(&call->outs[i], result->value, &left);
		struct iov_iter to;

		if (!n)
			continue;
		if (at + n > message->frame.length)
			return -EPROTO;
		if (!call->to[i]) {
			if (tessera_message_copy(message, at, call->arena + call->outs[i].offset,
						 n))
				return -EPROTO;
		} else {
			if (import_ubuf(ITER_DEST, call->to[i], n, &to) ||
			    tessera_message_copy_to_iter(message, at, &to, n))
				return -EFAULT;
		}
		at += n;
	}
	return 0;
}

static long take_result(struct tessera_call *call, const struct tessera_message *message)
{
	struct frame_result result;
	int ret;

	if (tessera_message_copy(message, 0, &result, sizeof(result)) ||
	    message->frame.length - sizeof(result) != result.length) {
		tessera_guest_fail(call->member->group, -EPROTO);
		return -EINTR;
	}
	/* Home says what the call gave, not what becomes of it here. */
	if (result.value == CALL_GO_HOME || result.value == CALL_RUN_LOCAL ||
	    (call->frame.flags & TESSERA_CALL_PART && result.value > (s64)MAX_RW_COUNT)) {
		tessera_guest_kill(call->member->group);
		return -EINTR;
	}
	call->result_flags = result.flags;
	if (result.value >= 0) {
		ret = take_outs(call, message, &result);
		if (ret == -EPROTO)
			tessera_guest_fail(call->member->group, ret);
		if (ret)
			return ret;
	}
	if (result.flags & TESSERA_RESULT_WHOLE)
		return CALL_GO_HOME;
	/* Cut short by what was no signal: by our own wish to stand still. */
	if (result.value == -EINTR && call->interrupted && !task_sigpending(current) &&
	    tessera_call_may_go_on(call->nr))
		result.value = -ERESTARTNOHAND;
	/* It was cut short by something that is not pending here: restart it. */
	if (result.value <= -ERESTARTSYS && result.value >= -ERESTART_RESTARTBLOCK)
		set_thread_flag(TIF_SIGPENDING);
	if (result.value == -ERESTART_RESTARTBLOCK)
		set_bit(MEMBER_RESTART_HOME, &call->member->flags);
	return result.value;
}

long call_run(struct tessera_call *call)
{
	struct tessera_task *member = call->member;
	struct tessera_message message;
	u32 flags, in = call->frame.in;
	long value;
	int ret;

	tessera_guest_wait_begin(member);
	ret = send_call(call);
	if (!ret)
		ret = wait_result(call, &message);
	tessera_guest_wait_end(member);
	if (ret) {
		/* Whatever the answer would have been, it is lost. */
		if (!fatal_signal_pending(current))
			tessera_guest_fail(member->group, ret);
		return -EINTR;
	}
	value = take_result(call, &message);
	tessera_message_free(&message);
	flags = call->result_flags;
	call->returned = in;
	call_reset(call);
	call->result_flags = flags;
	return value;
}

int call_returned(struct tessera_call *call, u32 offset, void *to, size_t size)
{
	if (offset > call->returned || size > call->returned - offset)
		return -EINVAL;
	memcpy(to, call->arena + offset, size);
	return 0;
}

bool call_on_regular_file(const struct tessera_call *call)
{
	return call->result_flags & TESSERA_RESULT_REGULAR;
}
