/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announces this node and finds others, through avahi-daemon. Survives the
 * daemon's and the message bus's restart.
 */
#ifndef TESSERA_MDNS_H
#define TESSERA_MDNS_H

#include "agent.h"

int mdns_new(struct mdns **ret, struct agent *a);
void mdns_free(struct mdns *mdns);
/* What we announce changed: addresses. */
void mdns_update(struct mdns *mdns);
/* The cluster key changed: also what others announce is to be judged anew. */
void mdns_renew(struct mdns *mdns);
/* To be called every few seconds: reconnects, offers what was found again,
 * names replayers. */
void mdns_tick(struct mdns *mdns, int64_t now);

#endif
