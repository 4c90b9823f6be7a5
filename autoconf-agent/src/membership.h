/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is only with a cluster key: the mesh, the gossip socket on it, and
 * the machine of the members, to which messages are carried both ways.
 */
#ifndef TESSERA_MEMBERSHIP_H
#define TESSERA_MEMBERSHIP_H

#include "agent.h"

/* Finds the key and begins with it; to be called again while a->members stays
 * NULL. What fails is logged once, the reason kept in the agent. */
void membership_start(struct agent *a);
void membership_stop(struct agent *a);
/* Now and then: makes anew what was taken away, and what could not be made. */
void membership_tend(struct agent *a);
/* Without a key: who this node is all the same, so that members can show the
 * stranger. */
void membership_stranger(struct agent *a);

#endif
