// SPDX-License-Identifier: GPL-2.0
/* Why a process does not move, in words. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "process.h"

static const char * const texts[] = {
	[TESSERA_REASON_KERNEL_THREAD]	= "it is a kernel thread",
	[TESSERA_REASON_INIT]		= "it is the first process of its PID name space",
	[TESSERA_REASON_EXITING]	= "it is ending",
	[TESSERA_REASON_TRACED]		= "a debugger is attached to it",
	[TESSERA_REASON_STOPPED]	= "it is stopped",
	[TESSERA_REASON_DEVICE_MAPPING]	= "it has a device in its memory",
	[TESSERA_REASON_SHARED_MAPPING]	= "it shares memory that can be written",
	[TESSERA_REASON_LOCKED_MEMORY]	= "it has locked memory",
	[TESSERA_REASON_HUGE_PAGES]	= "it uses reserved huge pages",
	[TESSERA_REASON_REALTIME]	= "it runs in a real-time class",
	[TESSERA_REASON_IO_URING]	= "it uses io_uring",
	[TESSERA_REASON_AIO]		= "it uses asynchronous I/O of the kernel",
	[TESSERA_REASON_32_BIT]		= "it is a 32-bit program",
	[TESSERA_REASON_IO_PORTS]	= "it may use I/O ports",
	[TESSERA_REASON_CPU_FEATURE]	= "the CPU there lacks a feature of this one",
	[TESSERA_REASON_SECCOMP]	= "its system calls are filtered by seccomp",
	[TESSERA_REASON_SHARED_MM]	= "it shares its memory with another process",
	[TESSERA_REASON_USERFAULTFD]	= "it handles its own page faults",
	[TESSERA_REASON_THREADS]	= "it has too many threads",
	[TESSERA_REASON_VMAS]		= "it has too many mappings",
	[TESSERA_REASON_LOCK]		= "its user locked it",
	[TESSERA_REASON_GUEST]		= "it is a guest here: only its home can move it",
	[TESSERA_REASON_TIMERS]		= "it measures its own CPU time with a timer",
	[TESSERA_REASON_BUSY]		= "it could not be brought to a standstill",
	[TESSERA_REASON_HEADLESS]	= "its first thread has ended",
	[TESSERA_REASON_GUARDED]	= "it guards its memory by seals, or its clock",
	[TESSERA_REASON_CPU_STATE]	= "it may use a part of the CPU that cannot be carried",
	[TESSERA_REASON_NO_NODE]	= "there is no such node",
	[TESSERA_REASON_NODE_DOWN]	= "the node does not answer",
	[TESSERA_REASON_SELF]		= "that node is this one",
	[TESSERA_REASON_NO_LINK]	= "there is no connection to the node",
	[TESSERA_REASON_OTHER_BUILD]	= "the node runs another kernel build",
	[TESSERA_REASON_LINK_LOST]	= "the connection to the node was lost",
	[TESSERA_REASON_PROTOCOL]	= "the node said something that makes no sense",
	[TESSERA_REASON_BLOCKED]	= "the node takes no guests now",
	[TESSERA_REASON_NO_CAGE]	= "the node could not prepare a place for it",
	[TESSERA_REASON_FULL]		= "the node has too many guests",
	[TESSERA_REASON_NO_MEMORY]	= "there is not enough memory",
	[TESSERA_REASON_TIMEOUT]	= "it took too long",
	[TESSERA_REASON_INTERRUPTED]	= "it was interrupted",
};

const char *tessera_reason_text(enum tessera_reason reason)
{
	if (reason < ARRAY_SIZE(texts) && texts[reason])
		return texts[reason];
	return "unknown reason";
}

/* For those who only see an errno; the words are in /proc/PID/cantmove. */
int tessera_reason_error(enum tessera_reason reason)
{
	switch (reason) {
	case TESSERA_REASON_NONE:
		return 0;
	case TESSERA_REASON_EXITING:
		return -ESRCH;
	case TESSERA_REASON_STOPPED:
	case TESSERA_REASON_BUSY:
		return -EBUSY;
	case TESSERA_REASON_NO_NODE:
		return -ENXIO;
	case TESSERA_REASON_NODE_DOWN:
	case TESSERA_REASON_NO_LINK:
	case TESSERA_REASON_LINK_LOST:
		return -EHOSTUNREACH;
	case TESSERA_REASON_NO_MEMORY:
		return -ENOMEM;
	case TESSERA_REASON_TIMEOUT:
		return -ETIMEDOUT;
	case TESSERA_REASON_INTERRUPTED:
		return -EINTR;
	default:
		return -EPERM;
	}
}

enum tessera_reason tessera_error_reason(int error)
{
	switch (error) {
	case -ENOMEM:
		return TESSERA_REASON_NO_MEMORY;
	case -ETIMEDOUT:
		return TESSERA_REASON_TIMEOUT;
	case -EPROTO:
		return TESSERA_REASON_PROTOCOL;
	case -EPIPE:
		return TESSERA_REASON_LINK_LOST;
	case -ENOEXEC:
		return TESSERA_REASON_32_BIT;
	default:
		return TESSERA_REASON_NONE;
	}
}
