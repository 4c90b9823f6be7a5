/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets the Avahi client library run on the agent's event loop.
 */
#ifndef TESSERA_AVAHI_POLL_H
#define TESSERA_AVAHI_POLL_H

#include <avahi-common/watch.h>
#include <systemd/sd-event.h>

/* avahi_poll_init() fills api; it must outlive every Avahi object made on it. */
void avahi_poll_init(AvahiPoll *api, sd_event *event);

#endif
