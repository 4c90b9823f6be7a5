// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mesh's device from its parts: link and address by rtnetlink, keys and
 * peers by WireGuard's family, the firewall around it.
 */
#include "mesh.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sodium.h>

#include "cleanup.h"
#include "firewall.h"
#include "netlink.h"
#include "wg.h"

#define MESH_KIND "wireguard"
/* What WireGuard adds to a packet: IPv6 and UDP headers, its own, the tag. */
#define MESH_OVERHEAD 80
#define MESH_MTU_MAX (1500 - MESH_OVERHEAD)
#define MESH_MTU_MIN 1280 /* IPv6 needs it */
#define MESH_RECEIVE_BUFFER (1024 * 1024)

struct mesh {
	struct cluster cluster;
	uint8_t key[NODE_KEY_SIZE]; /* the own, public one */
	struct in6_addr address;
	struct netlink *nl;
	struct wg *wg;
	unsigned int index; /* of the device; 0: not made yet */
	struct firewall *firewall;
};

static int least_mtu(const struct link *link, void *userdata)
{
	unsigned int *mtu = userdata;

	if (link->type == ARPHRD_ETHER && link->mtu && link->mtu < *mtu)
		*mtu = link->mtu;
	return 0;
}

/* The largest packet that passes any of the node's Ethernet links unbroken. A
 * link below IPv6's least is left to fragmentation. */
static int find_mtu(struct netlink *nl, unsigned int *ret)
{
	unsigned int mtu = MESH_MTU_MAX + MESH_OVERHEAD;
	int r = link_each(nl, least_mtu, &mtu);

	if (r < 0)
		return r;
	*ret = mtu < MESH_MTU_MIN + MESH_OVERHEAD ? MESH_MTU_MIN :
						    mtu - MESH_OVERHEAD;
	return 0;
}

/* Makes the device, or finds the one an earlier run left. */
static int make_device(struct mesh *mesh)
{
	struct link link;
	int r;

	r = link_create(mesh->nl, MESH_DEVICE, MESH_KIND);
	if (r < 0 && r != -EEXIST)
		return r;
	r = link_find(mesh->nl, MESH_DEVICE, &link);
	if (r < 0)
		return r;
	if (strcmp(link.kind, MESH_KIND) != 0)
		return -EEXIST;
	mesh->index = link.index;
	return 0;
}

#define STALE_MAX 16

struct stale {
	const struct mesh *mesh;
	struct link_address addresses[STALE_MAX];
	size_t count;
};

static int collect_stale(const struct link_address *address, void *userdata)
{
	struct stale *stale = userdata;

	if (address->link == stale->mesh->index && stale->count < STALE_MAX &&
	    !IN6_ARE_ADDR_EQUAL(&address->address, &stale->mesh->address))
		stale->addresses[stale->count++] = *address;
	return 0;
}

/* A device taken over may have the address of another cluster or key. */
static int set_address(struct mesh *mesh)
{
	struct stale stale = { .mesh = mesh };
	int r;

	r = link_address_each(mesh->nl, collect_stale, &stale);
	for (size_t i = 0; i < stale.count && r == 0; i++)
		r = link_address_delete(mesh->nl, &stale.addresses[i]);
	if (r < 0)
		return r;
	return link_address_add(mesh->nl, mesh->index, &mesh->address, 64);
}

static int set_up(struct mesh *mesh, const struct identity *self)
{
	unsigned int mtu;
	int r;

	r = netlink_open(&mesh->nl, NETLINK_ROUTE);
	if (r == 0)
		r = find_mtu(mesh->nl, &mtu);
	if (r == 0)
		r = make_device(mesh);
	if (r == 0)
		r = wg_open(&mesh->wg, mesh->index);
	if (r == 0)
		r = wg_set_device(mesh->wg, self->secret, MESH_PORT);
	if (r == 0)
		r = set_address(mesh);
	if (r == 0)
		r = link_up(mesh->nl, mesh->index, mtu);
	return r;
}

int mesh_create(struct mesh **ret, const struct cluster *c,
		const struct identity *self)
{
	struct mesh *mesh = calloc(1, sizeof(*mesh));
	int r;

	if (!mesh)
		return -ENOMEM;
	mesh->cluster = *c;
	mesh->address = self->address;
	memcpy(mesh->key, self->info.key, sizeof(mesh->key));
	r = set_up(mesh, self);
	if (r < 0) {
		mesh_destroy(mesh, true);
		return r;
	}
	*ret = mesh;
	return 0;
}

int mesh_firewall(struct mesh *mesh, sd_event *event,
		  void (*done)(int error, const char *text, void *userdata),
		  void *userdata)
{
	if (mesh->firewall)
		return -EALREADY;
	return firewall_new(&mesh->firewall, event, &mesh->cluster.prefix,
			    MESH_DEVICE, done, userdata);
}

struct search {
	const struct mesh *mesh;
	bool found;
};

static int search_address(const struct link_address *address, void *userdata)
{
	struct search *search = userdata;

	if (address->link == search->mesh->index &&
	    IN6_ARE_ADDR_EQUAL(&address->address, &search->mesh->address))
		search->found = true;
	return 0;
}

int mesh_check(struct mesh *mesh)
{
	struct search search = { .mesh = mesh };
	struct link link;
	int r;

	r = link_find(mesh->nl, MESH_DEVICE, &link);
	if (r == -ENODEV || (r == 0 && link.index != mesh->index))
		return -ENODEV;
	if (r == 0 && !(link.flags & IFF_UP))
		return -ENETDOWN;
	if (r == 0)
		r = link_address_each(mesh->nl, search_address, &search);
	if (r < 0)
		return 1;
	return search.found ? 0 : -EADDRNOTAVAIL;
}

void mesh_destroy(struct mesh *mesh, bool remove)
{
	if (!mesh)
		return;
	if (remove && mesh->index)
		(void)link_delete(mesh->nl, mesh->index);
	firewall_free(mesh->firewall, remove);
	wg_close(mesh->wg);
	netlink_close(mesh->nl);
	sodium_memzero(mesh, sizeof(*mesh));
	free(mesh);
}

int mesh_peer_set(struct mesh *mesh, const uint8_t key[NODE_KEY_SIZE],
		  const struct sockaddr_in6 *endpoint)
{
	struct in6_addr address;
	struct node_id id;
	uint8_t psk[32];
	int r;

	/* The kernel would ignore it silently. */
	if (memcmp(key, mesh->key, NODE_KEY_SIZE) == 0)
		return -EINVAL;
	cluster_node_id(key, &id);
	cluster_node_address(&mesh->cluster, &id, &address);
	cluster_psk(&mesh->cluster, mesh->key, key, psk);
	r = wg_set_peer(mesh->wg, key, psk, &address, endpoint);
	sodium_memzero(psk, sizeof(psk));
	return r;
}

int mesh_peer_remove(struct mesh *mesh, const uint8_t key[NODE_KEY_SIZE])
{
	return wg_remove_peer(mesh->wg, key);
}

int mesh_peers_flush(struct mesh *mesh)
{
	return wg_flush(mesh->wg);
}

int mesh_peers(struct mesh *mesh,
	       void (*each)(const struct mesh_peer *peer, void *userdata),
	       void *userdata)
{
	return wg_dump(mesh->wg, each, userdata);
}

/* As much as is allowed: gossip comes in bursts. */
static void set_receive_buffer(int fd)
{
	const int size = MESH_RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
}

/* On the node's address and the device, so that no other link is ever used. */
static int bound_socket(struct mesh *mesh, int type, uint16_t port)
{
	const struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = mesh->address,
	};
	cleanup_close int fd = -1;
	const int on = 1;

	fd = socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, MESH_DEVICE,
		       sizeof(MESH_DEVICE)) < 0)
		return -errno;
	/* A connection of an earlier listener keeps the port otherwise. */
	if (type == SOCK_STREAM && port &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

int mesh_socket(struct mesh *mesh, uint16_t port)
{
	int fd = bound_socket(mesh, SOCK_DGRAM, port);

	if (fd >= 0)
		set_receive_buffer(fd);
	return fd;
}

int mesh_listen(struct mesh *mesh, uint16_t port, int backlog)
{
	cleanup_close int fd = bound_socket(mesh, SOCK_STREAM, port);

	if (fd >= 0 && listen(fd, backlog) < 0)
		return -errno;
	return take_fd(&fd);
}

int mesh_connect(struct mesh *mesh, const struct in6_addr *to, uint16_t port)
{
	const struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = *to,
	};
	cleanup_close int fd = bound_socket(mesh, SOCK_STREAM, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
		    0 &&
	    errno != EINPROGRESS)
		return -errno;
	return take_fd(&fd);
}
