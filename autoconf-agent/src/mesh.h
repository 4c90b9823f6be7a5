/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The encrypted mesh: the WireGuard device tess0, its address, its peers and
 * the firewall that keeps everybody else out of it. Everything goes over
 * netlink; only the firewall is handed to nft(8).
 */
#ifndef TESSERA_MESH_H
#define TESSERA_MESH_H

#include <systemd/sd-event.h>

#include "identity.h"

#define MESH_DEVICE "tess0"
#define MESH_PORT 51870

struct mesh;

/* One peer as the kernel sees it. */
struct mesh_peer {
	uint8_t key[NODE_KEY_SIZE];
	struct sockaddr_in6 endpoint; /* IPv4 as ::ffff:a.b.c.d, port 0: none */
	int64_t handshake_ms; /* CLOCK_REALTIME of the last one, 0 never */
	uint64_t rx_bytes, tx_bytes;
};

/* mesh_create() makes (or takes over, after a restart) the device, sets key,
 * port and address, and brings it up, without peers. -ENOTSUP: the kernel has
 * no WireGuard; -EEXIST: tess0 is something else; -EPERM; others from netlink. */
int mesh_create(struct mesh **ret, const struct cluster *c,
		const struct identity *self);
/* mesh_firewall() puts the firewall in place, from the event loop, as nft(8)
 * may take its time. done() is told 0 or a negative errno and what nft said;
 * after a failure it is tried on, and done() called when the result changes.
 * The mesh works without it, but a neighbour on the wire can reach what listens
 * on the mesh's address. */
int mesh_firewall(struct mesh *mesh, sd_event *event,
		  void (*done)(int error, const char *text, void *userdata),
		  void *userdata);
/* mesh_check(): is the device still what mesh_create() made? -ENODEV: it was
 * deleted; -ENETDOWN; -EADDRNOTAVAIL: it lost its address. 1: the kernel does
 * not answer now, which says nothing of the device. */
int mesh_check(struct mesh *mesh);
/* mesh_destroy() closes the handle; with remove also deletes device and
 * firewall. Accepts NULL. The agent's restart is the only reason to leave them:
 * then the address, and with it what is open on it, stays. */
void mesh_destroy(struct mesh *mesh, bool remove);
/* Adds or updates a peer: allowed address and pre-shared key follow from its
 * public key. endpoint NULL keeps the present one. -EINVAL: the node's own key,
 * or an endpoint nothing can be sent to (no port, link-local without scope). */
int mesh_peer_set(struct mesh *mesh, const uint8_t key[NODE_KEY_SIZE],
		  const struct sockaddr_in6 *endpoint);
int mesh_peer_remove(struct mesh *mesh, const uint8_t key[NODE_KEY_SIZE]);
int mesh_peers_flush(struct mesh *mesh);
/* Calls each() for every peer. Bounded by NODES_MAX. each() must not use the
 * mesh. */
int mesh_peers(struct mesh *mesh,
	       void (*each)(const struct mesh_peer *peer, void *userdata),
	       void *userdata);
/* A UDP socket (non-blocking, close-on-exec) bound to the node's address and
 * to tess0 itself, for gossip. */
int mesh_socket(struct mesh *mesh, uint16_t port);
/* The same for TCP: one that listens, and one that is connecting to another
 * node's address. */
int mesh_listen(struct mesh *mesh, uint16_t port, int backlog);
int mesh_connect(struct mesh *mesh, const struct in6_addr *to, uint16_t port);

#endif
