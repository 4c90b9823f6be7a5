/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which wired addresses this node has, and when they change (rtnetlink).
 */
#ifndef TESSERA_NETMON_H
#define TESSERA_NETMON_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#define NETMON_MAX 32

struct netmon_address {
	char ifname[IFNAMSIZ];
	unsigned int ifindex;
	struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
	int prefix;		 /* length, of the native family */
};

struct netmon;

/* netmon_new() watches links and addresses and calls changed() from the event
 * loop: the first time at once, then whenever the list differs, 100 ms after
 * the first sign of it. In the list are the addresses of Ethernet links (cards,
 * veth, vlan, bond and bridge) that are up with a carrier; not those of tess0,
 * tunnels, taps and parts of a bridge or bond, and no address that is tentative
 * (unless optimistic), a duplicate, deprecated or valid on this host only. */
int netmon_new(struct netmon **ret, sd_event *event,
	       void (*changed)(struct netmon *mon, void *userdata),
	       void *userdata);
void netmon_free(struct netmon *mon);
/* The addresses, known from netmon_new() on, IPv6 link-local first; never more
 * than NETMON_MAX. */
size_t netmon_addresses(struct netmon *mon, const struct netmon_address **ret);

/* How often it looked: another number after any change of a link or address, of
 * tess0 and the like, too. */
unsigned int netmon_looks(const struct netmon *mon);

/* The judgement, for netmon.c and the tests: pure functions. */
struct link;
struct link_address;
bool netmon_link_counts(const struct link *link);
bool netmon_address_counts(const struct link_address *address);
/* Order of the list: IPv6 link-local first, then by link, IPv6 before IPv4. */
int netmon_compare(const void *a, const void *b);

#endif
