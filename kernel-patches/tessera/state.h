/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a process as it travels, in DATA frames, one after the other:
 *
 *	state_process
 *	state_file	* files
 *	state_vma	* vmas
 *	state_chunk	* chunks
 *	for each thread: state_thread, xstate bytes, state_signal * signals
 *
 * The same in both directions. Pages go by themselves, in PAGES frames.
 */
#ifndef _TESSERA_STATE_H
#define _TESSERA_STATE_H

#include <linux/types.h>

#include "frame.h"

#define STATE_ACTIONS	64
#define STATE_AUXV	64
#define STATE_LIMITS	16

struct state_action {
	__u64	handler;
	__u64	flags;
	__u64	restorer;
	__u64	mask;
};

struct state_process {
	__u32	threads;
	__u32	vmas;
	__u32	chunks;
	__u32	files;
	__u32	personality;
	__u32	barriers;		/* membarrier_state: what it registered for */
	__u32	signalfd;		/* it has one: signals that it blocks are for home */
	__u32	reserved;
	__s64	monotonic_ns;		/* its clock, when it stood still */
	__u64	start_code, end_code, start_data, end_data;
	__u64	start_brk, brk, start_stack, mmap_base;
	__u64	arg_start, arg_end, env_start, env_end;
	__u64	auxv[STATE_AUXV];
	__u64	limits[STATE_LIMITS][2];	/* as of home; not used on the way back */
	struct state_action actions[STATE_ACTIONS];
	struct state_times ended;		/* of its threads that have ended */
};

enum {
	STATE_VMA_READ		= 1,
	STATE_VMA_WRITE		= 2,
	STATE_VMA_EXEC		= 4,
	STATE_VMA_GROWSDOWN	= 8,
	STATE_VMA_VDSO		= 16,	/* the vDSO's code */
	STATE_VMA_VVAR		= 32,	/* and data */
	STATE_VMA_DONTFORK	= 64,
	STATE_VMA_WIPEONFORK	= 128,
	STATE_VMA_IMAGE		= 256,	/* all of its pages are those of the file */
	STATE_VMA_DONTDUMP	= 512,
};

#define STATE_VMA_FLAGS	1023

/* A mapped file that lies on the image that both nodes were booted from. */
struct state_file {
	__u32	file;		/* the number that home gave it */
	__u32	inode;
	__u64	size;		/* bytes */
	__u32	shared;		/* mapped so, and never to be written */
	__u32	reserved;
};

struct state_vma {
	__u64	start, end;
	__u64	offset;		/* in the file, in pages */
	__u32	file;		/* 0: anonymous; else a number that home gave */
	__u32	flags;
};

#define STATE_CHUNK_PAGES	512

/* Addresses of one page table's worth whose pages are, or may be, at home. */
struct state_chunk {
	__u64	address;
	__u64	home[STATE_CHUNK_PAGES / 64];	/* the only true copy is at home */
	__u64	copied[STATE_CHUNK_PAGES / 64];	/* home still has the same */
};

enum {
	STATE_RESTART_NONE,
	STATE_RESTART_FUTEX,
	STATE_RESTART_SLEEP,
	STATE_RESTART_POLL,
	STATE_RESTART_HOME,	/* home has it */
};

struct state_restart {
	__u32	kind;
	__u32	flags;
	__u64	address, address2;
	__u32	value, bitset;
	__s64	time_ns;	/* of the time name space, or what is left */
	__u32	clock, type;
};

struct state_regs {
	__u64	r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	__u64	ip, flags, sp;
};

struct state_thread {
	__u32	index;
	__s32	tid;
	__u32	xstate;		/* bytes of it, in XSAVE's standard format */
	__u32	signals;
	struct state_regs regs;
	__u64	fs_base, gs_base;
	__u64	fault_address, fault_error, fault_number;	/* what a handler is told */
	__u64	blocked;
	__u64	alt_sp, alt_size;
	__u32	alt_flags;
	__u32	call;		/* the one to be restarted, and 1; 0: it is in none */
	__u64	rseq;
	__u32	rseq_len, rseq_sig;
	__u64	robust_list, clear_child_tid;
	char	comm[16];
	__s32	nice;			/* as of home; not used on the way back, */
	__u32	policy;			/* nor this, */
	__u64	slack_ns;		/* nor this: of its timers */
	struct state_restart restart;
	struct state_times times;
};

/* Pending at the guest when it went home. */
struct state_signal {
	struct frame_signal signal;
};

#endif /* _TESSERA_STATE_H */
