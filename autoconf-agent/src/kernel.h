/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/tessera: the kernel's build id, the node table handed to it, which it
 * shows below /proc/hpc/nodes, links handed over, and its events.
 */
#ifndef TESSERA_KERNEL_H
#define TESSERA_KERNEL_H

#include <systemd/sd-event.h>
#include <tessera.h>

#include "node.h"

struct kernel;

/* kernel_open(): -ENOENT on a kernel without Tessera; the agent runs on. */
int kernel_open(struct kernel **ret);
void kernel_close(struct kernel *kernel);
/* The open device; it stays the kernel's. */
int kernel_device(const struct kernel *kernel);
/* Build id of the running kernel: from the device, else from /sys/kernel/notes. */
int kernel_build_id(struct kernel *kernel, uint8_t ret[NODE_BUILD_SIZE]);
/* Hands over all nodes that have a number (up, suspect, down). self is the own
 * number, 0 for none. */
int kernel_set_nodes(struct kernel *kernel, const struct node *const *nodes,
		     size_t count, uint16_t self);

/* From now on on_event() is called for each event, from the event loop. */
int kernel_listen(struct kernel *kernel, sd_event *event,
		  void (*on_event)(const struct tessera_event *event,
				   void *userdata),
		  void *userdata);
/* Gives the kernel a connection to a node of its table, which it keeps beyond
 * the caller's descriptor. -ENOENT: it does not know the node (yet). */
int kernel_link(struct kernel *kernel, int fd, uint16_t node,
		enum tessera_link_role role);

/* What an event asked for cannot be had: a link to a node, or (node 0) the
 * guest of a request. Nobody waits for it any longer. */
void kernel_failed(struct kernel *kernel, uint16_t node, uint64_t id,
		   enum tessera_reason reason);

#endif
