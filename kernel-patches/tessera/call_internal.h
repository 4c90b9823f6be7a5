/* SPDX-License-Identifier: GPL-2.0 */
/* A call under preparation; for call.c, syscall.c and a poll that goes on. */
#ifndef _TESSERA_CALL_INTERNAL_H
#define _TESSERA_CALL_INTERNAL_H

#include "call.h"

#define CALL_SMALL	8	/* pieces that need no memory of their own */

struct tessera_call {
	struct tessera_task *member;
	u32 nr;
	unsigned long args[6];		/* as the program gave them */
	struct frame_call frame;
	u32 out_at;			/* where the next piece comes back */
	u32 result_flags;
	bool interrupted;		/* by us */
	u32 returned;			/* bytes of the arena that are still there */

	u8 *arena;			/* what goes there */
	size_t room;
	u32 *fixups;
	struct frame_out *outs;
	void __user **to;		/* where each of them goes in user memory */
	unsigned int parts_max;

	u8 small_arena[512];
	u32 small_fixups[CALL_SMALL];
	struct frame_out small_outs[CALL_SMALL];
	void __user *small_to[CALL_SMALL];
};

struct tessera_call *tessera_call_begin(struct tessera_task *member, long nr,
					const unsigned long args[6]);
void tessera_call_end(struct tessera_call *call);

#endif /* _TESSERA_CALL_INTERNAL_H */
