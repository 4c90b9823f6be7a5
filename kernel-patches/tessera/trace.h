/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tessera

#if !defined(_TESSERA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TESSERA_TRACE_H

#include <linux/tracepoint.h>

#include "group.h"

DECLARE_EVENT_CLASS(tessera_group,
		    TP_PROTO(const struct tessera_group *group, long result),
		    TP_ARGS(group, result),
		    TP_STRUCT__entry(__field(pid_t, pid)
				     __field(u16, node)
				     __field(u32, threads)
				     __field(long, result)
		    ),
		    TP_fast_assign(__entry->pid = group->pid;
				   __entry->node = tessera_link_node(group->link);
				   __entry->threads = group->total;
				   __entry->result = result;
		    ),
		    TP_printk("pid=%d node=%u threads=%u result=%ld",
			      __entry->pid, __entry->node, __entry->threads, __entry->result)
);

/* The process arrived here, or did not. */
DEFINE_EVENT(tessera_group, tessera_arrive,
	     TP_PROTO(const struct tessera_group *group, long result),
	     TP_ARGS(group, result));
/* A thread of a guest went home. */
DEFINE_EVENT(tessera_group, tessera_return,
	     TP_PROTO(const struct tessera_group *group, long result),
	     TP_ARGS(group, result));
/* A thread is at home again. */
DEFINE_EVENT(tessera_group, tessera_home,
	     TP_PROTO(const struct tessera_group *group, long result),
	     TP_ARGS(group, result));

/* Our process left, or could not: a reason, 0 if it did. */
TRACE_EVENT(tessera_depart,
	    TP_PROTO(pid_t pid, u16 node, u32 reason),
	    TP_ARGS(pid, node, reason),
	    TP_STRUCT__entry(__field(pid_t, pid)
			     __field(u16, node)
			     __field(u32, reason)
	    ),
	    TP_fast_assign(__entry->pid = pid;
			   __entry->node = node;
			   __entry->reason = reason;
	    ),
	    TP_printk("pid=%d node=%u reason=%u", __entry->pid, __entry->node, __entry->reason)
);

/* A deputy ran a call. */
TRACE_EVENT(tessera_forward,
	    TP_PROTO(const struct tessera_group *group, u32 nr, long value),
	    TP_ARGS(group, nr, value),
	    TP_STRUCT__entry(__field(pid_t, pid)
			     __field(u32, nr)
			     __field(long, value)
	    ),
	    TP_fast_assign(__entry->pid = group->pid;
			   __entry->nr = nr;
			   __entry->value = value;
	    ),
	    TP_printk("pid=%d nr=%u value=%ld", __entry->pid, __entry->nr, __entry->value)
);

/* A guest asks for pages. */
TRACE_EVENT(tessera_fetch,
	    TP_PROTO(const struct tessera_group *group, u64 address, u32 count, u32 stride),
	    TP_ARGS(group, address, count, stride),
	    TP_STRUCT__entry(__field(pid_t, pid)
			     __field(u64, address)
			     __field(u32, count)
			     __field(u32, stride)
	    ),
	    TP_fast_assign(__entry->pid = group->pid;
			   __entry->address = address;
			   __entry->count = count;
			   __entry->stride = stride;
	    ),
	    TP_printk("pid=%d address=%llx count=%u stride=%u",
		      __entry->pid, __entry->address, __entry->count, __entry->stride)
);

#endif /* _TESSERA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
