/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls of a guest. A table (table.c) says of each what is done with it:
 *
 *	local	the host's kernel runs it: it needs nothing but the process's own
 *		memory, registers and time
 *	both	home is told first, then the host runs it, too
 *	memory	the host runs it on the guest's address space; see guest_memory.c
 *	forward	home runs it, in the deputy, with the buffers that are described
 *	special	a function of its own prepares or replaces the forwarding
 *	home	the process goes home and does it there
 *
 * What is not in the table goes home: always right, only slower.
 *
 * A call under preparation has an arena: what its pointers point to, see
 * frame_call. All functions return 0 or a negative errno, which becomes the
 * call's result. Sizes are in bytes. User memory is touched without any lock.
 */
#ifndef _TESSERA_CALL_H
#define _TESSERA_CALL_H

#include <linux/limits.h>
#include <linux/types.h>

#include "frame.h"

struct pt_regs;
struct tessera_task;

#define CALL_CHUNK	(64 * 1024)	/* the most data in one direction at once */

enum call_action {
	CALL_HOME,		/* 0: what is not described */
	CALL_LOCAL,
	CALL_MEMORY,
	CALL_FORWARD,
	CALL_SPECIAL,
};

/* What an argument is. */
enum call_kind {
	ARG_VALUE,		/* a number, or a pointer that nobody follows */
	ARG_STRING,		/* a path or name with its end; NULL is passed on */
	ARG_IN,			/* .size bytes go there; NULL is passed on */
	ARG_OUT,		/* .size bytes come back if it succeeds */
	ARG_INOUT,		/* both */
	/* CALL_CHUNK at most: */
	ARG_IN_LEN,		/* as many bytes as argument .size says */
	ARG_OUT_RESULT,		/* the same back, at most as many as the result says */
};

/* With the number of an argument that tells a length: it is no long. */
#define CALL_INT	0x100
#define CALL_UINT	0x200
#define CALL_ARGUMENT	0xff

struct call_arg {
	u8 kind;		/* enum call_kind */
	u16 size;		/* bytes, or the number of the argument that tells */
};

struct tessera_call;

struct call_entry {
	u8 action;		/* enum call_action */
	struct call_arg args[6];
	/* CALL_SPECIAL: the whole of the call; its value is the result. */
	long (*special)(struct tessera_call *call);
};

/* The entry of a system call; never NULL. */
const struct call_entry *tessera_call_entry(long nr);

/* CALL_SPECIAL may answer this: go home and do it there. */
#define CALL_GO_HOME	(LONG_MIN + 1)	/* neither an errno nor what a call gives */
/* …or this: let the host's kernel run it. */
#define CALL_RUN_LOCAL	(LONG_MIN + 2)

/* --- what specials are made of: call.c --- */

/* The number and the arguments as the program gave them. */
u32 call_nr(const struct tessera_call *call);
unsigned long call_arg(const struct tessera_call *call, unsigned int arg);
/* Forward another number, or another value of an argument. */
void call_set_nr(struct tessera_call *call, u32 nr);
void call_set_arg(struct tessera_call *call, unsigned int arg, unsigned long value);

/*
 * Describe an argument that is a pointer. A NULL pointer stays NULL. -EFAULT, or
 * -E2BIG if it does not fit into the arena.
 */
int call_arg_in(struct tessera_call *call, unsigned int arg, size_t size);
int call_arg_out(struct tessera_call *call, unsigned int arg, size_t size, u32 unit);
int call_arg_inout(struct tessera_call *call, unsigned int arg, size_t size);
int call_arg_string(struct tessera_call *call, unsigned int arg);
/* What it is described as. */
int call_arg_as(struct tessera_call *call, unsigned int arg, const struct call_arg *as);
/* All arguments as an entry describes them. */
int call_arg_all(struct tessera_call *call, const struct call_entry *entry);

/*
 * Pieces that arguments do not point to themselves. Each gives its offset in the
 * arena. call_put*() goes there; call_room() comes back to `to` in user memory if
 * the call succeeds: `size` bytes, with a unit at most result * unit of all such.
 */
int call_put(struct tessera_call *call, const void *data, size_t size, u32 *ret_offset);
int call_put_user(struct tessera_call *call, const void __user *data, size_t size,
		  u32 *ret_offset);
int call_room(struct tessera_call *call, void __user *to, size_t size, u32 unit,
	      u32 *ret_offset);
/* What was put at an offset also comes back to `to` (NULL: only into the arena). */
int call_return(struct tessera_call *call, u32 offset, void __user *to, size_t size);
/* An argument points to an offset of the arena. */
void call_point_arg(struct tessera_call *call, unsigned int arg, u32 offset);
/* A pointer at `where` in the arena (8 bytes, put before) points to `offset`. */
int call_point(struct tessera_call *call, u32 where, u32 offset);

/* This is only a part of what the program asked for: see TESSERA_CALL_PART. */
void call_split(struct tessera_call *call);

/*
 * Run it at home: its result, negative errno included; what comes back has been
 * copied to user memory then. After that the call is empty again (no pieces,
 * arguments as the program gave them) and can be prepared anew, for the next part
 * of long reads and writes. A signal makes it end early, as at home.
 */
long call_run(struct tessera_call *call);
/* After call_run(): the pieces with `to` NULL, as they came back. */
int call_returned(struct tessera_call *call, u32 offset, void *to, size_t size);
/* After call_run(): was the first argument a regular file or a block device? */
bool call_on_regular_file(const struct tessera_call *call);

#endif /* _TESSERA_CALL_H */
