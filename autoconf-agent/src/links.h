/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections between kernels: the agent dials or accepts a TCP connection on
 * tess0, makes sure who is at the other end, and hands it to the kernel. Who
 * dials is the home of the processes that move over it.
 */
#ifndef TESSERA_LINKS_H
#define TESSERA_LINKS_H

#include "agent.h"

struct links;

/* Needs the mesh, the members and the kernel; goes before the mesh goes. Links
 * the kernel has already are not its own to close. */
int links_new(struct links **ret, struct agent *a);
void links_free(struct links *links);
/* What the kernel tells; userdata is the agent, with links or without. */
void links_event(const struct tessera_event *event, void *userdata);

#endif
