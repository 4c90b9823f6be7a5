// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests over netlink, each with a deadline.
 */
#include "netlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <sodium.h>

/* The kernel answers at once; this is for a kernel that is stuck. */
#define ANSWER_SECONDS 5
/* The kernel fills up to 32 KiB into one datagram of a dump if it may. */
#define ANSWER_SIZE 32768
#define DUMP_TRIES 8

struct netlink {
	struct mnl_socket *socket;
	unsigned int port;
	uint32_t sequence;
	union {
		char bytes[ANSWER_SIZE];
		struct nlmsghdr header;
	} answer;
};

int netlink_open(struct netlink **ret, int bus)
{
	const struct timeval deadline = { .tv_sec = ANSWER_SECONDS };
	struct netlink *nl;
	int r;

	nl = calloc(1, sizeof(*nl));
	if (!nl)
		return -ENOMEM;
	nl->socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->socket ||
	    mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(nl->socket), SOL_SOCKET, SO_RCVTIMEO,
		       &deadline, sizeof(deadline)) < 0) {
		r = -errno;
		netlink_close(nl);
		return r;
	}
	nl->port = mnl_socket_get_portid(nl->socket);
	*ret = nl;
	return 0;
}

void netlink_close(struct netlink *nl)
{
	if (!nl)
		return;
	if (nl->socket)
		mnl_socket_close(nl->socket);
	sodium_memzero(&nl->answer, sizeof(nl->answer));
	free(nl);
}

struct nlmsghdr *netlink_request(union netlink_request *request, uint16_t type,
				 uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(request->bytes);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	return message;
}

struct talk {
	int (*each)(const struct nlmsghdr *message, void *userdata);
	void *userdata;
	int error; /* of each() */
};

static int talk_message(const struct nlmsghdr *message, void *userdata)
{
	struct talk *talk = userdata;

	if (talk->each)
		talk->error = talk->each(message, talk->userdata);
	return talk->error < 0 ? MNL_CB_STOP : MNL_CB_OK;
}

/* A caller that stopped in the middle leaves messages behind; mnl_cb_run()
 * would take their sequence number for an error. */
static void drain(struct netlink *nl)
{
	while (recv(mnl_socket_get_fd(nl->socket), nl->answer.bytes,
		    sizeof(nl->answer.bytes), MSG_DONTWAIT) >= 0)
		;
}

int netlink_talk(struct netlink *nl, struct nlmsghdr *request,
		 int (*each)(const struct nlmsghdr *message, void *userdata),
		 void *userdata)
{
	struct talk talk = { .each = each, .userdata = userdata };
	ssize_t n;
	int r;

	request->nlmsg_seq = ++nl->sequence;
	if ((request->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		request->nlmsg_flags |= NLM_F_ACK;
	drain(nl);
	if (mnl_socket_sendto(nl->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl->socket, nl->answer.bytes,
					sizeof(nl->answer.bytes));
		if (n < 0 && errno == EINTR) {
			r = MNL_CB_OK;
			continue;
		}
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		r = mnl_cb_run(nl->answer.bytes, (size_t)n, nl->sequence,
			       nl->port, talk_message, &talk);
		if (r < 0)
			return -errno;
	} while (r > MNL_CB_STOP);
	return talk.error;
}

/* A string attribute that must fit; its NUL is part of it. */
static int attr_string(const struct nlattr *attr, char *ret, size_t size)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const char *text = mnl_attr_get_payload(attr);

	if (len == 0 || len > size || strnlen(text, len) != len - 1)
		return -EBADMSG;
	memcpy(ret, text, len);
	return 0;
}

static int attr_u32(const struct nlattr *attr, uint32_t *ret)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*ret))
		return -EBADMSG;
	memcpy(ret, mnl_attr_get_payload(attr), sizeof(*ret));
	return 0;
}

/* A kind that is longer than any we know is of no interest, and no error. */
static void attr_kind(const struct nlattr *attr, char ret[NETLINK_KIND_MAX])
{
	if (attr_string(attr, ret, NETLINK_KIND_MAX) < 0)
		memcpy(ret, "?", 2);
}

static void link_parse_info(const struct nlattr *info, struct link *ret)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			attr_kind(attr, ret->kind);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			attr_kind(attr, ret->slave_kind);
	}
}

/* The bytes behind a message's header of this size. mnl_attr_for_each() would
 * read up to the next multiple of four. */
static size_t attrs_len(const struct nlmsghdr *message, size_t header)
{
	return mnl_nlmsg_get_payload_len(message) - header;
}

int link_parse(const struct nlmsghdr *message, struct link *ret)
{
	const void *attrs =
		mnl_nlmsg_get_payload_offset(message, sizeof(struct ifinfomsg));
	const struct nlattr *attr;
	struct ifinfomsg info;
	struct link link = { 0 };
	int r = 0;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(info))
		return -EBADMSG;
	memcpy(&info, mnl_nlmsg_get_payload(message), sizeof(info));
	if (info.ifi_index <= 0)
		return -EBADMSG;
	link.index = (unsigned int)info.ifi_index;
	link.flags = info.ifi_flags;
	link.type = info.ifi_type;
	mnl_attr_for_each_payload(attrs, attrs_len(message, sizeof(info)))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			r = attr_string(attr, link.name, sizeof(link.name));
			break;
		case IFLA_MTU:
			r = attr_u32(attr, &link.mtu);
			break;
		case IFLA_MASTER:
			r = attr_u32(attr, &link.master);
			break;
		case IFLA_LINKINFO:
			link_parse_info(attr, &link);
			break;
		}
		if (r < 0)
			return r;
	}
	if (!link.name[0])
		return -EBADMSG;
	*ret = link;
	return 0;
}

static int attr_address(const struct nlattr *attr, int family,
			struct in6_addr *ret)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (family == AF_INET6 && len == sizeof(*ret)) {
		memcpy(ret, mnl_attr_get_payload(attr), len);
		return 0;
	}
	if (family == AF_INET && len == sizeof(struct in_addr)) {
		memset(ret, 0, sizeof(*ret));
		memset(ret->s6_addr + 10, 0xff, 2);
		memcpy(ret->s6_addr + 12, mnl_attr_get_payload(attr), len);
		return 0;
	}
	return -EBADMSG;
}

int link_address_parse(const struct nlmsghdr *message, struct link_address *ret)
{
	const void *attrs =
		mnl_nlmsg_get_payload_offset(message, sizeof(struct ifaddrmsg));
	bool has_local = false, has_address = false;
	const struct nlattr *attr;
	struct ifaddrmsg info;
	struct link_address a = { 0 };
	int r = 0;

	if (message->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(info))
		return -EBADMSG;
	memcpy(&info, mnl_nlmsg_get_payload(message), sizeof(info));
	a.family = info.ifa_family;
	a.link = info.ifa_index;
	a.flags = info.ifa_flags;
	a.prefix = info.ifa_prefixlen;
	a.scope = info.ifa_scope;
	if (a.link == 0 || a.prefix > (a.family == AF_INET ? 32 : 128))
		return -EBADMSG;
	mnl_attr_for_each_payload(attrs, attrs_len(message, sizeof(info)))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFA_LOCAL: /* the own end of a point-to-point link */
			has_local = true;
			r = attr_address(attr, a.family, &a.address);
			break;
		case IFA_ADDRESS: /* without IFA_LOCAL, the own one too */
			has_address = true;
			if (!has_local)
				r = attr_address(attr, a.family, &a.address);
			break;
		case IFA_FLAGS: /* all of them, not only the first eight */
			r = attr_u32(attr, &a.flags);
			break;
		}
		if (r < 0)
			return r;
	}
	if (!has_local && !has_address)
		return -EBADMSG;
	*ret = a;
	return 0;
}

struct each {
	int (*link)(const struct link *link, void *userdata);
	int (*address)(const struct link_address *address, void *userdata);
	void *userdata;
};

static int each_message(const struct nlmsghdr *message, void *userdata)
{
	const struct each *each = userdata;
	struct link_address address;
	struct link link;
	int r;

	if (each->link) {
		r = link_parse(message, &link);
		return r < 0 ? r : each->link(&link, each->userdata);
	}
	r = link_address_parse(message, &address);
	return r < 0 ? r : each->address(&address, each->userdata);
}

static int dump(struct netlink *nl, uint16_t type, struct each *each)
{
	union netlink_request request;
	struct nlmsghdr *message;
	int r = -EINTR;

	for (int i = 0; i < DUMP_TRIES && r == -EINTR; i++) {
		message = netlink_request(&request, type, NLM_F_DUMP);
		mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
		r = netlink_talk(nl, message, each_message, each);
	}
	return r;
}

int link_each(struct netlink *nl,
	      int (*each)(const struct link *link, void *userdata),
	      void *userdata)
{
	struct each e = { .link = each, .userdata = userdata };

	return dump(nl, RTM_GETLINK, &e);
}

int link_address_each(struct netlink *nl,
		      int (*each)(const struct link_address *address,
				  void *userdata),
		      void *userdata)
{
	struct each e = { .address = each, .userdata = userdata };

	return dump(nl, RTM_GETADDR, &e);
}

static int find_message(const struct nlmsghdr *message, void *userdata)
{
	return link_parse(message, userdata);
}

int link_find(struct netlink *nl, const char *name, struct link *ret)
{
	union netlink_request request;
	struct nlmsghdr *message = netlink_request(&request, RTM_GETLINK, 0);

	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return netlink_talk(nl, message, find_message, ret);
}

int link_create(struct netlink *nl, const char *name, const char *kind)
{
	union netlink_request request;
	struct nlmsghdr *message;
	struct nlattr *info;

	message = netlink_request(&request, RTM_NEWLINK,
				  NLM_F_CREATE | NLM_F_EXCL);
	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_str(message, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(message, info);
	return netlink_talk(nl, message, NULL, NULL);
}

static struct ifinfomsg *put_link(struct nlmsghdr *message, unsigned int index)
{
	struct ifinfomsg *info;

	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifi_index = (int)index;
	return info;
}

int link_delete(struct netlink *nl, unsigned int index)
{
	union netlink_request request;
	struct nlmsghdr *message = netlink_request(&request, RTM_DELLINK, 0);

	put_link(message, index);
	return netlink_talk(nl, message, NULL, NULL);
}

int link_up(struct netlink *nl, unsigned int index, unsigned int mtu)
{
	union netlink_request request;
	struct nlmsghdr *message = netlink_request(&request, RTM_NEWLINK, 0);
	struct ifinfomsg *info = put_link(message, index);

	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	return netlink_talk(nl, message, NULL, NULL);
}

int link_address_add(struct netlink *nl, unsigned int index,
		     const struct in6_addr *address, int prefix)
{
	union netlink_request request;
	struct nlmsghdr *message;
	struct ifaddrmsg *info;

	message = netlink_request(&request, RTM_NEWADDR,
				  NLM_F_CREATE | NLM_F_REPLACE);
	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifa_family = AF_INET6;
	info->ifa_prefixlen = (uint8_t)prefix;
	info->ifa_flags = IFA_F_NODAD;
	info->ifa_scope = RT_SCOPE_UNIVERSE;
	info->ifa_index = index;
	mnl_attr_put(message, IFA_LOCAL, sizeof(*address), address);
	mnl_attr_put(message, IFA_ADDRESS, sizeof(*address), address);
	return netlink_talk(nl, message, NULL, NULL);
}

int link_address_delete(struct netlink *nl, const struct link_address *address)
{
	union netlink_request request;
	struct nlmsghdr *message = netlink_request(&request, RTM_DELADDR, 0);
	bool v4 = address->family == AF_INET;
	struct ifaddrmsg *info;

	info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
	info->ifa_family = (uint8_t)address->family;
	info->ifa_prefixlen = (uint8_t)address->prefix;
	info->ifa_index = address->link;
	mnl_attr_put(message, IFA_LOCAL, v4 ? 4 : 16,
		     address->address.s6_addr + (v4 ? 12 : 0));
	return netlink_talk(nl, message, NULL, NULL);
}
