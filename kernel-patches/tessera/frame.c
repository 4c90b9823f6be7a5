// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of frames that are more than one line; see frame.h.
 */
#include "frame.h"

static bool outs_valid(const struct frame_out *outs, unsigned int count, __u32 arena)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (outs[i].offset > arena || outs[i].length > arena - outs[i].offset)
			return false;
	}
	return true;
}

static bool fixups_valid(const __u32 *fixups, unsigned int count, __u32 in)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (fixups[i] % 8 || in < 8 || fixups[i] > in - 8)
			return false;
	}
	return true;
}

bool tessera_call_valid(const struct frame_call *call, size_t length,
			const __u32 **ret_fixups, const struct frame_out **ret_outs,
			const __u8 **ret_in)
{
	const __u8 *at = (const __u8 *)(call + 1);
	const struct frame_out *outs;
	const __u32 *fixups;
	unsigned int i;
	size_t rest;

	if (length < sizeof(*call))
		return false;
	rest = length - sizeof(*call);
	if (call->arena > TESSERA_ARENA_MAX || call->in > call->arena ||
	    call->flags & ~TESSERA_CALL_PART ||
	    call->pointers >> 6 || call->fixups > TESSERA_PARTS_MAX ||
	    call->outs > TESSERA_PARTS_MAX)
		return false;
	if (rest != call->fixups * sizeof(*fixups) + call->outs * sizeof(*outs) + call->in)
		return false;
	for (i = 0; i < 6; i++) {
		if (call->pointers >> i & 1 && call->args[i] > call->arena)
			return false;
	}
	fixups = (const __u32 *)at;
	at += call->fixups * sizeof(*fixups);
	outs = (const struct frame_out *)at;
	at += call->outs * sizeof(*outs);
	if (!fixups_valid(fixups, call->fixups, call->in) ||
	    !outs_valid(outs, call->outs, call->arena))
		return false;
	*ret_fixups = fixups;
	*ret_outs = outs;
	*ret_in = at;
	return true;
}
