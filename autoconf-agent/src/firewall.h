/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strong host model for the mesh: what has an address of the cluster comes
 * and goes by the mesh's device, or not at all.
 */
#ifndef TESSERA_FIREWALL_H
#define TESSERA_FIREWALL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

struct firewall;

/* firewall_new() puts the table `inet tessera` in place, or replaces it in one
 * step, from the event loop; no other table is touched. done() is told 0 or,
 * with what nft said ("" if nothing), -ENOENT: there is no nft; -EPROTO: it
 * refused; -ETIMEDOUT; … After a failure it is tried again and again, and done()
 * is called when that ends otherwise. If somebody else deletes the table, it is
 * put in place again. */
int firewall_new(struct firewall **ret, sd_event *event,
		 const struct in6_addr *prefix, const char *device,
		 void (*done)(int error, const char *text, void *userdata),
		 void *userdata);
/* firewall_free() with remove also deletes the table, waiting for nft a short
 * while. Accepts NULL. */
void firewall_free(struct firewall *firewall, bool remove);

/* The rules as nft reads them: pure. Returns the length, -E2BIG if it does not
 * fit, -EINVAL for a device name that is none. */
int firewall_rules(char *ret, size_t size, const struct in6_addr *prefix,
		   const char *device);

/* Whether a notification says that the table is gone: pure. */
struct nlmsghdr;
bool firewall_is_loss(const struct nlmsghdr *message);

#endif
