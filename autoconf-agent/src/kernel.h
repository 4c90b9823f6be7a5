/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /dev/tessera: the kernel's build id, and the node table handed to it, which
 * it shows below /proc/hpc/nodes.
 */
#ifndef TESSERA_KERNEL_H
#define TESSERA_KERNEL_H

#include "node.h"

struct kernel;

/* kernel_open(): -ENOENT on a kernel without Tessera; the agent runs on. */
int kernel_open(struct kernel **ret);
void kernel_close(struct kernel *kernel);
/* Build id of the running kernel: from the device, else from /sys/kernel/notes. */
int kernel_build_id(struct kernel *kernel, uint8_t ret[NODE_BUILD_SIZE]);
/* Hands over all nodes that have a number (up, suspect, down). self is the own
 * number, 0 for none. */
int kernel_set_nodes(struct kernel *kernel, const struct node *const *nodes,
		     size_t count, uint16_t self);

#endif
