/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TESSERA_NODES_H
#define _TESSERA_NODES_H

#include <linux/types.h>
#include <uapi/linux/tessera.h>

/*
 * Replace the whole table in the name of an owner, who then has it alone.
 * -EBUSY: another one has it. See the header of the device for the rest.
 */
int tessera_nodes_replace(const void *owner, const struct tessera_nodes *request);

/* The owner is gone: what it said is worth nothing. Others' tables stay. */
void tessera_nodes_disown(const void *owner);

/* Copy a node's entry, any context. */
bool tessera_nodes_get(u16 number, struct tessera_node *ret_node);

/* This node's number, or 0. Any context. */
u16 tessera_nodes_self(void);

/* The lowest number in the table from this one on, or 0. Any context. */
u16 tessera_nodes_next(u32 number);

#endif /* _TESSERA_NODES_H */
