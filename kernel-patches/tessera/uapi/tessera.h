/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/tessera, between the agent and the kernel.
 *
 * The agent hands over what it knows about the nodes of the cluster and the
 * links to them; the cage prepares the tasks that guests live in; whoever opens
 * the device reads what changed. All structures have the same layout on
 * every architecture; reserved fields must be zero.
 */
#ifndef _UAPI_LINUX_TESSERA_H
#define _UAPI_LINUX_TESSERA_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TESSERA_ABI		2	/* grows when a structure changes */

#define TESSERA_NODES_MAX	4096	/* entries of a node table */
#define TESSERA_NAME_SIZE	64	/* of a node's name, with its NUL */
#define TESSERA_BUILD_ID_SIZE	20
#define TESSERA_RELEASE_SIZE	65	/* as in struct utsname */

struct tessera_version {
	__u32	abi;
	__u32	build_id_len;		/* 0: the kernel has no build id */
	__u8	build_id[TESSERA_BUILD_ID_SIZE];
	char	release[TESSERA_RELEASE_SIZE];
	__u8	reserved[3];
};

enum tessera_status {
	TESSERA_STATUS_UP	= 1,
	TESSERA_STATUS_SUSPECT	= 2,
	TESSERA_STATUS_DOWN	= 3,
};

struct tessera_node {
	__u16	number;			/* 1 to 65535, unique in the table */
	__u16	status;			/* enum tessera_status */
	__u16	cpus;
	__u16	util;			/* CPU use, in thousandths of all CPUs */
	__u32	load;			/* in hundredths of a busy CPU */
	__u32	speed;			/* the agent's speed index of one CPU */
	__u64	mem;			/* bytes of memory */
	__u64	rmem;			/* bytes of memory a guest could get */
	__u8	address[16];		/* IPv6 address on tess0 */
	char	name[TESSERA_NAME_SIZE];	/* ends with a NUL */
	__u16	guests;			/* processes of other nodes that it has */
	__u16	pressure;		/* somebody waited for memory, thousandths */
	__u32	measured;		/* all that: CLOCK_BOOTTIME, seconds; 0: never */
	__u64	reserved;
};

struct tessera_nodes {
	__u32	count;			/* 0 forgets all nodes */
	__u16	self;			/* this node's number, listed; 0: none */
	__u16	reserved;
	__u64	nodes;			/* address of struct tessera_node[count] */
};

enum tessera_event_type {
	TESSERA_EVENT_UP	= 1,	/* a node came, or answers again */
	TESSERA_EVENT_SUSPECT	= 2,	/* it is silent */
	TESSERA_EVENT_DOWN	= 3,	/* it is declared dead */
	TESSERA_EVENT_GONE	= 4,	/* it is listed no longer */
	TESSERA_EVENT_SELF	= 5,	/* this node's number is now .node (0: none) */
	TESSERA_EVENT_OVERFLOW	= 6,	/* .node events were lost here */
	TESSERA_EVENT_WANTED	= 7,	/* a process wants to go to .node: dial it */
	TESSERA_EVENT_LINK_UP	= 8,	/* the link to .node works */
	TESSERA_EVENT_LINK_DOWN	= 9,	/* and no longer, for .reason */
	TESSERA_EVENT_GUEST	= 10,	/* .node asks for a guest: request .id */
	TESSERA_EVENT_MOVED	= 11,	/* our process .pid is now at .node (0: home) */
	TESSERA_EVENT_STAYED	= 12,	/* our process .pid did not move, for .reason */
};

/* What read() gives, as many as fit. */
struct tessera_event {
	__u32	type;			/* enum tessera_event_type */
	__u32	node;			/* a node's number */
	__u64	boottime_ns;		/* CLOCK_BOOTTIME */
	__u64	id;			/* of a guest request; of a link: its role */
	__s32	pid;			/* in the first PID namespace */
	__u32	reason;			/* enum tessera_reason */
};

/*
 * Why a process does not move, or a link is not there. The words that belong to
 * them are in reason.c; numbers are never given to another reason.
 */
enum tessera_reason {
	TESSERA_REASON_NONE		= 0,
	/* the process */
	TESSERA_REASON_KERNEL_THREAD	= 1,
	TESSERA_REASON_INIT		= 2,
	TESSERA_REASON_EXITING		= 3,
	TESSERA_REASON_TRACED		= 4,
	TESSERA_REASON_STOPPED		= 5,
	TESSERA_REASON_DEVICE_MAPPING	= 6,
	TESSERA_REASON_SHARED_MAPPING	= 7,
	TESSERA_REASON_LOCKED_MEMORY	= 8,
	TESSERA_REASON_HUGE_PAGES	= 9,
	TESSERA_REASON_REALTIME		= 10,
	TESSERA_REASON_IO_URING		= 11,
	TESSERA_REASON_AIO		= 12,
	TESSERA_REASON_32_BIT		= 13,
	TESSERA_REASON_IO_PORTS		= 14,
	TESSERA_REASON_CPU_FEATURE	= 15,
	TESSERA_REASON_SECCOMP		= 16,
	TESSERA_REASON_SHARED_MM	= 17,
	TESSERA_REASON_USERFAULTFD	= 18,
	TESSERA_REASON_THREADS		= 19,
	TESSERA_REASON_VMAS		= 20,
	TESSERA_REASON_LOCK		= 21,
	TESSERA_REASON_GUEST		= 22,
	TESSERA_REASON_TIMERS		= 23,
	TESSERA_REASON_BUSY		= 24,
	TESSERA_REASON_HEADLESS		= 25,
	TESSERA_REASON_GUARDED		= 26,
	TESSERA_REASON_CPU_STATE	= 27,
	/* the way there */
	TESSERA_REASON_NO_NODE		= 64,
	TESSERA_REASON_NODE_DOWN	= 65,
	TESSERA_REASON_SELF		= 66,
	TESSERA_REASON_NO_LINK		= 67,
	TESSERA_REASON_OTHER_BUILD	= 68,
	TESSERA_REASON_LINK_LOST	= 69,
	TESSERA_REASON_PROTOCOL		= 70,
	/* the node there */
	TESSERA_REASON_BLOCKED		= 96,
	TESSERA_REASON_NO_CAGE		= 97,
	TESSERA_REASON_FULL		= 98,
	TESSERA_REASON_NO_MEMORY	= 99,
	TESSERA_REASON_TIMEOUT		= 100,
	TESSERA_REASON_INTERRUPTED	= 101,
};

enum tessera_link_role {
	TESSERA_LINK_HOME	= 1,	/* we dialed: our processes go there */
	TESSERA_LINK_HOST	= 2,	/* we accepted: the node's processes come here */
};

struct tessera_link_request {
	__s32	fd;			/* a connected TCP socket to the node */
	__u16	node;			/* its number, in the node table */
	__u16	role;			/* enum tessera_link_role */
};

struct tessera_guest_info {
	__u64	id;			/* in: the request, from the event */
	__u32	node;			/* whose process it is */
	__s32	pid;			/* it must have this PID in its cage */
	__s64	monotonic_ns;		/* what its clocks are ahead of ours */
	__s64	boottime_ns;
	char	comm[16];
	__u64	reserved[2];
};

#define TESSERA_IMAGE_ID_SIZE	32

struct tessera_image_request {
	__s32	fd;			/* the root directory of its file system */
	__u32	reserved;
	__u8	id[TESSERA_IMAGE_ID_SIZE];	/* as that of no other image; not 0 */
};

struct tessera_failure {
	__u64	id;			/* of a guest request; 0: of dialing */
	__u32	node;			/* that was to be dialed, else 0 */
	__u32	reason;			/* enum tessera_reason, not 0 */
};

#define TESSERA_IOC_MAGIC	0xbe

/* Which kernel this is. */
#define TESSERA_IOC_VERSION	_IOR(TESSERA_IOC_MAGIC, 0, struct tessera_version)

/*
 * Replace the node table, in one step or not at all. Needs CAP_SYS_ADMIN. The
 * table then belongs to this open file: others get EBUSY until it was emptied,
 * or the file is closed, which empties it.
 * E2BIG: too many; EINVAL: a number is 0 or listed twice, a status is unknown,
 * a name does not end, a reserved field is not zero, or .self is not listed.
 */
#define TESSERA_IOC_NODES	_IOW(TESSERA_IOC_MAGIC, 1, struct tessera_nodes)

/*
 * Hand over a connection. Needs CAP_SYS_ADMIN; the caller has made sure that
 * the peer is the node. The kernel keeps the socket and the caller should close
 * its descriptor. A link of the same role to the same node is replaced.
 * EINVAL: no connected TCP socket, or an unknown role; ENOENT: no such node.
 * Whether both kernels understand each other is told by an event.
 */
#define TESSERA_IOC_LINK	_IOW(TESSERA_IOC_MAGIC, 2, struct tessera_link_request)

/* What a guest's task has to be like. ENOENT: the request has been withdrawn. */
#define TESSERA_IOC_GUEST_INFO	_IOWR(TESSERA_IOC_MAGIC, 3, struct tessera_guest_info)

/*
 * Become the guest that was asked for: .id of the request by value. The caller
 * is alone in its process, has the PID of the request in its own PID namespace,
 * and CAP_SYS_ADMIN, which it loses with everything else it is: memory, files,
 * credentials, signal handlers. Returns only errors, before anything was lost.
 * EINVAL: the task is not as it has to be; ENOENT: the request was withdrawn.
 */
#define TESSERA_IOC_GUEST	_IO(TESSERA_IOC_MAGIC, 4)

/*
 * The read-only file system that this node was booted from. Needs CAP_SYS_ADMIN.
 * Nodes that say the same id have the same files, under the same inode numbers.
 * EBUSY: another one is set, until the next boot; EINVAL: no root of a read-only
 * file system on a device; EOPNOTSUPP: its files cannot be found by number.
 */
#define TESSERA_IOC_IMAGE	_IOW(TESSERA_IOC_MAGIC, 5, struct tessera_image_request)

/*
 * What the kernel asked for by an event cannot be had: a link to a node, or a task
 * for a guest. Nobody waits for it any longer. Needs CAP_SYS_ADMIN.
 * EINVAL: no reason, or no request is named; ENOENT: it has been withdrawn.
 */
#define TESSERA_IOC_FAILED	_IOW(TESSERA_IOC_MAGIC, 6, struct tessera_failure)

#endif /* _UAPI_LINUX_TESSERA_H */
