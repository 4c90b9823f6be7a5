/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WireGuard's own netlink family: the key and port of a device, its peers.
 */
#ifndef TESSERA_WG_H
#define TESSERA_WG_H

#include <stddef.h>
#include <sys/socket.h>

#include "mesh.h"

struct wg;

/* wg_open(): for the link of this index. -ENOTSUP: no WireGuard. */
int wg_open(struct wg **ret, unsigned int ifindex);
void wg_close(struct wg *wg);
/* Sets key and port; all peers the device had are removed. */
int wg_set_device(struct wg *wg, const uint8_t secret[NODE_KEY_SIZE],
		  uint16_t port);
/* Adds or updates a peer that may use one address only; endpoint NULL keeps
 * the present one. -EINVAL: an endpoint that nothing can be sent to. */
int wg_set_peer(struct wg *wg, const uint8_t key[NODE_KEY_SIZE],
		const uint8_t psk[32], const struct in6_addr *address,
		const struct sockaddr_in6 *endpoint);
/* Removing what is not there is no error. */
int wg_remove_peer(struct wg *wg, const uint8_t key[NODE_KEY_SIZE]);
int wg_flush(struct wg *wg);
int wg_dump(struct wg *wg,
	    void (*each)(const struct mesh_peer *peer, void *userdata),
	    void *userdata);

/* The rest is pure, for wg.c and the tests. */

/* What is remembered from one message of a dump to the next. */
struct wg_dump {
	void (*each)(const struct mesh_peer *peer, void *userdata);
	void *userdata;
	size_t count;		     /* peers so far; no more than NODES_MAX */
	uint8_t last[NODE_KEY_SIZE]; /* a peer may go on in the next message */
};

/* Takes the attributes of one message. -EBADMSG: not what the kernel would
 * send; peers before the damage have been handed out. */
int wg_parse(struct wg_dump *dump, const void *attrs, size_t len);
/* Returns the length of the address for the kernel, or -EINVAL. */
int wg_endpoint_to_kernel(const struct sockaddr_in6 *endpoint,
			  struct sockaddr_storage *ret);
int wg_endpoint_from_kernel(const void *address, size_t len,
			    struct sockaddr_in6 *ret);

#endif
