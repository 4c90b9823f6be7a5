/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What two kernels say to each other on a link. Compiled in user space as well,
 * for unit tests and fuzzing: nothing here may need the kernel.
 *
 * Fixed widths, the order of bytes of x86-64 (little-endian), reserved fields
 * zero, a version, a length, bounds. A frame that breaks a rule ends the link.
 */
#ifndef _TESSERA_FRAME_H
#define _TESSERA_FRAME_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/types.h>
#define tessera_popcount	hweight32
#else
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#define tessera_popcount	__builtin_popcount
#endif

#define TESSERA_FRAME_VERSION	1
#define TESSERA_FRAME_MAX	(192 * 1024)	/* bytes after the header */
#define TESSERA_THREADS_MAX	256		/* threads of a process that moves */
#define TESSERA_VMAS_MAX	16384
/* Who has more stays, or goes home before it makes another: 3 a call and thread. */
#define TESSERA_VMAS_AWAY	(TESSERA_VMAS_MAX - 1024)
#define TESSERA_CHUNKS_MAX	(128 * 1024)	/* page tables: 256 GiB of addresses */
#define TESSERA_FILES_MAX	1024		/* files that it has mapped */
#define TESSERA_SIGNALS_MAX	4096		/* signals that travel with a thread */
#define TESSERA_XSTATE_MAX	(16 * 1024)
#define TESSERA_PAGES_MAX	16		/* pages in one frame */
#define TESSERA_CHUNK_SHIFT	21		/* a page table's worth of addresses */

/*
 * Channels. 0 is the link's own. A process that is away has the channel
 * (group, 0), and each of its threads (group, index), index from 1.
 */
#define TESSERA_INDEX_BITS	12
#define TESSERA_GROUP_MAX	(256 * 1024)

static inline __u32 tessera_channel_id(__u32 group, __u32 index)
{
	return group << TESSERA_INDEX_BITS | index;
}

static inline __u32 tessera_channel_group(__u32 channel)
{
	return channel >> TESSERA_INDEX_BITS;
}

enum tessera_frame_type {
	/* the link's channel */
	TESSERA_FRAME_HELLO = 1,	/* both: frame_hello, first of all */
	TESSERA_FRAME_OFFER,		/* home: frame_offer; would you take it? */
	/* a process's channel */
	TESSERA_FRAME_ACCEPT,		/* host: its task is there */
	TESSERA_FRAME_REFUSE,		/* both: frame_reason; it ends here */
	TESSERA_FRAME_DATA,		/* both: a piece of its state, see state.h */
	TESSERA_FRAME_READY,		/* host: all is in its place */
	TESSERA_FRAME_RUN,		/* home: it is yours, run */
	TESSERA_FRAME_RECALL,		/* home: bring it back; host: I will */
	TESSERA_FRAME_RETURN,		/* host: it stands still and wants home */
	TESSERA_FRAME_RETURN_OK,	/* home: nothing more will be sent to it */
	TESSERA_FRAME_LAID_OUT,		/* home: send the pages that I do not have */
	TESSERA_FRAME_PAGES_END,	/* host: those were all */
	TESSERA_FRAME_BYE,		/* home: all of it is here, forget it */
	TESSERA_FRAME_KILL,		/* home: it was killed */
	TESSERA_FRAME_EXIT,		/* host: frame_exit; it ended there */
	TESSERA_FRAME_PAGE_REQ,		/* host: frame_page_req */
	TESSERA_FRAME_PAGES,		/* both: frame_pages and the pages */
	TESSERA_FRAME_PAGES_ACK,	/* both: frame_pages of what is in place */
	TESSERA_FRAME_SIGNALS_TAKEN,	/* host: frame_taken */
	/* a thread's channel */
	TESSERA_FRAME_CALL,		/* host: frame_call and its parts */
	TESSERA_FRAME_RESULT,		/* home: frame_result and what it wrote */
	TESSERA_FRAME_INTERRUPT,	/* host: end the call under way */
	TESSERA_FRAME_SIGNAL,		/* home: frame_signal */
	TESSERA_FRAME_STOP,		/* home: stand still */
	TESSERA_FRAME_CONT,		/* home: go on */
	TESSERA_FRAME_STOP_REQ,		/* host: frame_signal; it would be stopped by it */
	TESSERA_FRAME_EXIT_THREAD,	/* host: frame_exit; this thread ended */
	TESSERA_FRAME_TIMES,		/* host: state_times; what it has used so far */
	TESSERA_FRAME_TYPES
};

struct tessera_frame {
	__u8	version;
	__u8	type;		/* enum tessera_frame_type */
	__u16	reserved;
	__u32	length;		/* of what follows */
	__u32	channel;
	__u32	request;	/* of an answer: the question's */
};

struct frame_hello {
	__u8	build_id[20];
	__u32	page_size;
	__u64	xfeatures;	/* what XSAVE manages for user space */
	__u32	xstate_size;
	__u32	reserved;
	__u32	cpu_caps[32];	/* of the CPU, as the kernel numbers them */
	__u8	image[32];	/* what the node was booted from; 0: unknown */
};

struct frame_offer {
	__u32	group;
	__s32	tid;		/* of the process in its PID namespace */
	__u64	monotonic_ns;	/* home's clocks */
	__u64	boottime_ns;
	char	comm[16];
	__u32	threads;
	__u32	reserved;
};

struct frame_reason {
	__u32	reason;		/* enum tessera_reason */
	__u32	reserved;
};

#define STATE_COUNTS	4

/* CPU time, nanoseconds; and what else getrusage() tells. */
struct state_times {
	__u64	utime, stime;
	__u64	runtime;	/* as the scheduler counts it */
	__u64	shown_utime, shown_stime;	/* what getrusage() has said of it */
	__u64	counts[STATE_COUNTS];	/* faults, minor, major; switches, voluntary, not */
	__u64	maxrss;		/* of a process, pages */
};

struct frame_exit {
	__u32	code;		/* as wait() tells it */
	__u32	reserved;
	struct state_times times;	/* of the whole process */
};

struct frame_page_req {
	__u64	address;
	__u32	count;		/* pages, at most TESSERA_PAGES_MAX */
	__u32	stride;		/* from one to the next, in pages */
};

#define TESSERA_PAGES_ACK	1	/* send this header back when they are in place */
#define TESSERA_PAGES_KEPT	2	/* the sender keeps its copy, too */

struct frame_pages {
	__u64	address;
	__u32	count;
	__u32	stride;
	__u32	present;	/* a bit for each: it follows */
	__u32	absent;		/* a bit for each: there is none */
	__u32	broken;		/* a bit for each: it cannot be read; no bit: it was pushed */
	__u32	flags;
};

/*
 * A system call. The arena is what its pointers point to: `in` bytes of it
 * follow, the rest is zero. Pointers in the arena and arguments are offsets in
 * the arena where `fixups` or `pointers` say so.
 */
#define TESSERA_ARENA_IN	(80 * 1024)	/* what goes there lies below this, */
#define TESSERA_ARENA_MAX	(160 * 1024)	/* what only comes back above */
#define TESSERA_PARTS_MAX	1100	/* fixups, or pieces to bring back */

struct frame_call {
	__u32	nr;
	__u32	pointers;	/* a bit for each argument */
	__u64	args[6];
	__u64	blocked;	/* the thread's signal mask */
	__u32	arena;		/* bytes, at most TESSERA_ARENA_MAX */
	__u32	in;
	__u16	fixups;		/* __u32 each, behind this */
	__u16	outs;		/* struct frame_out each, behind them */
	__u32	flags;
};

/* A part of what the program asked for: only where it cannot see the parts. */
#define TESSERA_CALL_PART	1

/* A piece of the arena that comes back when the call succeeded. */
struct frame_out {
	__u32	offset;
	__u32	length;
	__u32	unit;		/* not 0: at most result * unit bytes of all such */
};

#define TESSERA_RESULT_REGULAR	1	/* the file was a regular one */
#define TESSERA_RESULT_WHOLE	2	/* not run: it must not be done in parts */

struct frame_result {
	__s64	value;
	__u32	flags;
	__u32	length;		/* of what follows */
};

/* So many signals are with the host at most, for each thread; the rest waits at home. */
#define TESSERA_SIGNALS_AHEAD	128
#define TESSERA_SIGNALS_TELL	32	/* after so many it says that they were taken */

struct frame_taken {
	__u32	index;		/* of the thread */
	__u32	count;
};

struct frame_signal {
	__u32	process;	/* for the process, not for the thread */
	__u32	reserved;
	__u8	info[48];	/* the start of siginfo_t, as x86-64's ABI has it */
};

/*
 * How much of a piece comes back for this result; both ends count alike. `left` is
 * what the result leaves for pieces with a unit: it starts as value * unit.
 */
static inline __u32 tessera_out_length(const struct frame_out *out, __s64 value, __u64 *left)
{
	__u64 n = out->length;

	if (value < 0)
		return 0;
	if (!out->unit)
		return n;
	if (*left == ~0ull)
		*left = (__u64)value > TESSERA_ARENA_MAX ? TESSERA_ARENA_MAX :
							   value * out->unit;
	if (n > *left)
		n = *left;
	*left -= n;
	return n;
}

/*
 * Is a header one that may be on this link? Says nothing about what follows it.
 */
static inline bool tessera_frame_valid(const struct tessera_frame *frame)
{
	if (frame->version != TESSERA_FRAME_VERSION || frame->reserved ||
	    !frame->type || frame->type >= TESSERA_FRAME_TYPES ||
	    frame->length > TESSERA_FRAME_MAX)
		return false;
	if (frame->type <= TESSERA_FRAME_OFFER)
		return !frame->channel;
	if (!tessera_channel_group(frame->channel))
		return false;
	/* A process's channel is its group's index 0. */
	return (frame->type >= TESSERA_FRAME_CALL) ==
	       !!(frame->channel & ((1u << TESSERA_INDEX_BITS) - 1));
}

/* The whole of a CALL frame: every offset and length lies in the arena. */
bool tessera_call_valid(const struct frame_call *call, size_t length,
			const __u32 **ret_fixups, const struct frame_out **ret_outs,
			const __u8 **ret_in);

static inline bool tessera_pages_valid(const struct frame_pages *pages, size_t length,
				       size_t page_size)
{
	size_t n;

	if (length < sizeof(*pages) || !pages->count || pages->count > TESSERA_PAGES_MAX ||
	    (pages->flags & ~(TESSERA_PAGES_ACK | TESSERA_PAGES_KEPT)) ||
	    !pages->stride || pages->stride > 1024 ||
	    (pages->present & pages->absent) ||
	    ((pages->present | pages->absent) & pages->broken) ||
	    ((pages->present | pages->absent | pages->broken) >> pages->count) ||
	    (pages->address & (page_size - 1)))
		return false;
	n = tessera_popcount(pages->present);
	return length == sizeof(*pages) + n * page_size;
}

static inline bool tessera_page_req_valid(const struct frame_page_req *req, size_t length,
					  size_t page_size)
{
	return length == sizeof(*req) && req->count && req->count <= TESSERA_PAGES_MAX &&
	       req->stride && req->stride <= 1024 && !(req->address & (page_size - 1));
}

#endif /* _TESSERA_FRAME_H */
