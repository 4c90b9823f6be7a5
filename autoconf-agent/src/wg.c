// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * WireGuard's generic netlink family, as linux/wireguard.h describes it.
 */
#include "wg.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wireguard.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "netlink.h"

struct wg {
	struct netlink *nl;
	uint16_t family;
	unsigned int ifindex;
};

static int family_message(const struct nlmsghdr *message, void *userdata)
{
	uint16_t *family = userdata;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_FAMILY_ID)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
			return -EBADMSG;
		*family = mnl_attr_get_u16(attr);
	}
	return 0;
}

static struct nlmsghdr *genl_request(union netlink_request *request,
				     uint16_t family, uint8_t command,
				     uint8_t version, uint16_t flags)
{
	struct nlmsghdr *message = netlink_request(request, family, flags);
	struct genlmsghdr *header;

	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = command;
	header->version = version;
	return message;
}

static int find_family(struct netlink *nl, uint16_t *ret)
{
	union netlink_request request;
	struct nlmsghdr *message;
	uint16_t family = 0;
	int r;

	message =
		genl_request(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, WG_GENL_NAME);
	r = netlink_talk(nl, message, family_message, &family);
	if (r == -ENOENT || (r == 0 && family == 0))
		return -ENOTSUP;
	if (r == 0)
		*ret = family;
	return r;
}

int wg_open(struct wg **ret, unsigned int ifindex)
{
	struct wg *wg = calloc(1, sizeof(*wg));
	int r;

	if (!wg)
		return -ENOMEM;
	wg->ifindex = ifindex;
	r = netlink_open(&wg->nl, NETLINK_GENERIC);
	if (r == 0)
		r = find_family(wg->nl, &wg->family);
	if (r < 0) {
		wg_close(wg);
		return r;
	}
	*ret = wg;
	return 0;
}

void wg_close(struct wg *wg)
{
	if (!wg)
		return;
	netlink_close(wg->nl);
	free(wg);
}

static struct nlmsghdr *wg_request(const struct wg *wg,
				   union netlink_request *request,
				   uint8_t command, uint16_t flags)
{
	struct nlmsghdr *message = genl_request(request, wg->family, command,
						WG_GENL_VERSION, flags);

	mnl_attr_put_u32(message, WGDEVICE_A_IFINDEX, wg->ifindex);
	return message;
}

int wg_set_device(struct wg *wg, const uint8_t secret[NODE_KEY_SIZE],
		  uint16_t port)
{
	union netlink_request request;
	struct nlmsghdr *message;
	int r;

	message = wg_request(wg, &request, WG_CMD_SET_DEVICE, 0);
	mnl_attr_put(message, WGDEVICE_A_PRIVATE_KEY, NODE_KEY_SIZE, secret);
	mnl_attr_put_u16(message, WGDEVICE_A_LISTEN_PORT, port);
	mnl_attr_put_u32(message, WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
	r = netlink_talk(wg->nl, message, NULL, NULL);
	sodium_memzero(&request, sizeof(request));
	return r;
}

int wg_flush(struct wg *wg)
{
	union netlink_request request;
	struct nlmsghdr *message;

	message = wg_request(wg, &request, WG_CMD_SET_DEVICE, 0);
	mnl_attr_put_u32(message, WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
	return netlink_talk(wg->nl, message, NULL, NULL);
}

static void put_allowed(struct nlmsghdr *message,
			const struct in6_addr *address)
{
	struct nlattr *list, *entry;

	list = mnl_attr_nest_start(message, WGPEER_A_ALLOWEDIPS);
	entry = mnl_attr_nest_start(message, 0);
	mnl_attr_put_u16(message, WGALLOWEDIP_A_FAMILY, AF_INET6);
	mnl_attr_put(message, WGALLOWEDIP_A_IPADDR, sizeof(*address), address);
	mnl_attr_put_u8(message, WGALLOWEDIP_A_CIDR_MASK, 128);
	mnl_attr_nest_end(message, entry);
	mnl_attr_nest_end(message, list);
}

int wg_set_peer(struct wg *wg, const uint8_t key[NODE_KEY_SIZE],
		const uint8_t psk[32], const struct in6_addr *address,
		const struct sockaddr_in6 *endpoint)
{
	union netlink_request request;
	struct sockaddr_storage to;
	struct nlmsghdr *message;
	struct nlattr *list, *peer;
	int len = 0, r;

	if (endpoint) {
		len = wg_endpoint_to_kernel(endpoint, &to);
		if (len < 0)
			return len;
	}
	message = wg_request(wg, &request, WG_CMD_SET_DEVICE, 0);
	list = mnl_attr_nest_start(message, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(message, 0);
	mnl_attr_put(message, WGPEER_A_PUBLIC_KEY, NODE_KEY_SIZE, key);
	mnl_attr_put_u32(message, WGPEER_A_FLAGS, WGPEER_F_REPLACE_ALLOWEDIPS);
	mnl_attr_put(message, WGPEER_A_PRESHARED_KEY, 32, psk);
	if (len)
		mnl_attr_put(message, WGPEER_A_ENDPOINT, (size_t)len, &to);
	put_allowed(message, address);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, list);
	r = netlink_talk(wg->nl, message, NULL, NULL);
	sodium_memzero(&request, sizeof(request));
	return r;
}

int wg_remove_peer(struct wg *wg, const uint8_t key[NODE_KEY_SIZE])
{
	union netlink_request request;
	struct nlmsghdr *message;
	struct nlattr *list, *peer;

	message = wg_request(wg, &request, WG_CMD_SET_DEVICE, 0);
	list = mnl_attr_nest_start(message, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(message, 0);
	mnl_attr_put(message, WGPEER_A_PUBLIC_KEY, NODE_KEY_SIZE, key);
	mnl_attr_put_u32(message, WGPEER_A_FLAGS, WGPEER_F_REMOVE_ME);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, list);
	return netlink_talk(wg->nl, message, NULL, NULL);
}

int wg_endpoint_to_kernel(const struct sockaddr_in6 *endpoint,
			  struct sockaddr_storage *ret)
{
	const struct in6_addr *a = &endpoint->sin6_addr;

	if (endpoint->sin6_family != AF_INET6 || !endpoint->sin6_port ||
	    IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_MULTICAST(a))
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	if (IN6_IS_ADDR_V4MAPPED(a)) {
		struct sockaddr_in v4 = {
			.sin_family = AF_INET,
			.sin_port = endpoint->sin6_port,
		};

		memcpy(&v4.sin_addr, a->s6_addr + 12, 4);
		if (v4.sin_addr.s_addr == INADDR_ANY)
			return -EINVAL;
		memcpy(ret, &v4, sizeof(v4));
		return sizeof(v4);
	} else {
		struct sockaddr_in6 v6 = {
			.sin6_family = AF_INET6,
			.sin6_port = endpoint->sin6_port,
			.sin6_addr = *a,
		};

		/* Elsewhere a scope would only tie the peer to one link. */
		if (IN6_IS_ADDR_LINKLOCAL(a)) {
			if (!endpoint->sin6_scope_id)
				return -EINVAL;
			v6.sin6_scope_id = endpoint->sin6_scope_id;
		}
		memcpy(ret, &v6, sizeof(v6));
		return sizeof(v6);
	}
}

int wg_endpoint_from_kernel(const void *address, size_t len,
			    struct sockaddr_in6 *ret)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4;
	sa_family_t family;

	if (len < sizeof(family))
		return -EBADMSG;
	memcpy(&family, address, sizeof(family));
	if (family == AF_INET6 && len == sizeof(v6)) {
		memcpy(&v6, address, sizeof(v6));
	} else if (family == AF_INET && len == sizeof(v4)) {
		memcpy(&v4, address, sizeof(v4));
		v6.sin6_port = v4.sin_port;
		memset(v6.sin6_addr.s6_addr + 10, 0xff, 2);
		memcpy(v6.sin6_addr.s6_addr + 12, &v4.sin_addr, 4);
	} else {
		return -EBADMSG;
	}
	*ret = v6;
	return 0;
}

/* Copies a fixed-size attribute out; its place in the message may be odd. */
static int attr_fixed(const struct nlattr *attr, void *ret, size_t size)
{
	if (mnl_attr_get_payload_len(attr) != size)
		return -EBADMSG;
	memcpy(ret, mnl_attr_get_payload(attr), size);
	return 0;
}

static int attr_handshake(const struct nlattr *attr, int64_t *ret)
{
	int64_t time[2]; /* struct __kernel_timespec */
	int r = attr_fixed(attr, time, sizeof(time));

	if (r < 0)
		return r;
	if (time[0] < 0 || time[0] > INT64_MAX / 1000 - 1 || time[1] < 0 ||
	    time[1] >= 1000000000)
		return -EBADMSG;
	*ret = time[0] * 1000 + time[1] / 1000000;
	return 0;
}

static int parse_peer(struct wg_dump *dump, const struct nlattr *nest)
{
	struct mesh_peer peer = { .endpoint.sin6_family = AF_INET6 };
	const struct nlattr *attr;
	bool has_key = false;
	int r = 0;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case WGPEER_A_PUBLIC_KEY:
			has_key = true;
			r = attr_fixed(attr, peer.key, sizeof(peer.key));
			break;
		case WGPEER_A_ENDPOINT:
			r = wg_endpoint_from_kernel(
				mnl_attr_get_payload(attr),
				mnl_attr_get_payload_len(attr), &peer.endpoint);
			break;
		case WGPEER_A_LAST_HANDSHAKE_TIME:
			r = attr_handshake(attr, &peer.handshake_ms);
			break;
		case WGPEER_A_RX_BYTES:
			r = attr_fixed(attr, &peer.rx_bytes,
				       sizeof(peer.rx_bytes));
			break;
		case WGPEER_A_TX_BYTES:
			r = attr_fixed(attr, &peer.tx_bytes,
				       sizeof(peer.tx_bytes));
			break;
		}
		if (r < 0)
			return r;
	}
	if (!has_key)
		return -EBADMSG;
	/* The rest of a peer whose allowed addresses did not fit. */
	if (dump->count && memcmp(dump->last, peer.key, sizeof(peer.key)) == 0)
		return 0;
	memcpy(dump->last, peer.key, sizeof(peer.key));
	if (dump->count == NODES_MAX)
		return 0;
	dump->count++;
	dump->each(&peer, dump->userdata);
	return 0;
}

int wg_parse(struct wg_dump *dump, const void *attrs, size_t len)
{
	const struct nlattr *attr, *peer;
	int r;

	mnl_attr_for_each_payload(attrs, len)
	{
		if (mnl_attr_get_type(attr) != WGDEVICE_A_PEERS)
			continue;
		mnl_attr_for_each_nested(peer, attr) {
			r = parse_peer(dump, peer);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int dump_message(const struct nlmsghdr *message, void *userdata)
{
	size_t len = mnl_nlmsg_get_payload_len(message);

	if (len < sizeof(struct genlmsghdr))
		return -EBADMSG;
	return wg_parse(userdata,
			mnl_nlmsg_get_payload_offset(message,
						     sizeof(struct genlmsghdr)),
			len - sizeof(struct genlmsghdr));
}

int wg_dump(struct wg *wg,
	    void (*each)(const struct mesh_peer *peer, void *userdata),
	    void *userdata)
{
	struct wg_dump dump = { .each = each, .userdata = userdata };
	union netlink_request request;

	return netlink_talk(
		wg->nl, wg_request(wg, &request, WG_CMD_GET_DEVICE, NLM_F_DUMP),
		dump_message, &dump);
}
