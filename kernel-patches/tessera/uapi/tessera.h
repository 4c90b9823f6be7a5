/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/tessera, between the agent and the kernel.
 *
 * The agent hands over what it knows about the nodes of the cluster; whoever
 * opens the device reads what changed. All structures have the same layout on
 * every architecture; reserved fields must be zero.
 */
#ifndef _UAPI_LINUX_TESSERA_H
#define _UAPI_LINUX_TESSERA_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TESSERA_ABI		1	/* grows when a structure changes */

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
	__u64	reserved[2];
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
};

/* What read() gives, as many as fit. */
struct tessera_event {
	__u32	type;			/* enum tessera_event_type */
	__u32	node;			/* a node's number */
	__u64	boottime_ns;		/* CLOCK_BOOTTIME */
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

#endif /* _UAPI_LINUX_TESSERA_H */
