/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink socket for requests with an answer, and the few of rtnetlink that
 * the agent needs: links and addresses. The parsers are pure functions.
 */
#ifndef TESSERA_NETLINK_H
#define TESSERA_NETLINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#define NETLINK_REQUEST_MAX 1024
#define NETLINK_KIND_MAX 16

struct netlink;

/* A request under construction; the union aligns it. */
union netlink_request {
	char bytes[NETLINK_REQUEST_MAX];
	struct nlmsghdr header;
};

struct link {
	unsigned int index;
	unsigned int flags; /* IFF_ */
	unsigned int mtu;
	unsigned int master; /* index of the bridge or bond it is part of */
	unsigned short type; /* ARPHRD_ */
	char name[IFNAMSIZ];
	char kind[NETLINK_KIND_MAX];	   /* "" for hardware */
	char slave_kind[NETLINK_KIND_MAX]; /* what it is to its master */
};

struct link_address {
	unsigned int link; /* its index */
	uint32_t flags;	   /* IFA_F_ */
	int family;
	int prefix;		 /* length, of the native family */
	uint8_t scope;		 /* RT_SCOPE_ */
	struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
};

/* netlink_open(): bus is NETLINK_ROUTE, … */
int netlink_open(struct netlink **ret, int bus);
/* Accepts NULL. Answers may have held keys: the buffer is wiped. */
void netlink_close(struct netlink *nl);

/* Starts a message of this type; NLM_F_REQUEST is added. */
struct nlmsghdr *netlink_request(union netlink_request *request, uint16_t type,
				 uint16_t flags);
/* netlink_talk() sends it and calls each() for every message of the answer,
 * until the end of the dump or the acknowledgement. 0, the kernel's error, the
 * (negative) one of each(), or -ETIMEDOUT. A dump that was overtaken by a
 * change ends with -EINTR: ask again. */
int netlink_talk(struct netlink *nl, struct nlmsghdr *request,
		 int (*each)(const struct nlmsghdr *message, void *userdata),
		 void *userdata);

/* -EBADMSG: not what the kernel would send. */
int link_parse(const struct nlmsghdr *message, struct link *ret);
int link_address_parse(const struct nlmsghdr *message,
		       struct link_address *ret);

/* Dumps of the two; asks again where a change came between. */
int link_each(struct netlink *nl,
	      int (*each)(const struct link *link, void *userdata),
	      void *userdata);
int link_address_each(struct netlink *nl,
		      int (*each)(const struct link_address *address,
				  void *userdata),
		      void *userdata);

/* -ENODEV: no such link. */
int link_find(struct netlink *nl, const char *name, struct link *ret);
/* -EEXIST; -ENOTSUP: the kernel knows no such kind. */
int link_create(struct netlink *nl, const char *name, const char *kind);
int link_delete(struct netlink *nl, unsigned int index);
int link_up(struct netlink *nl, unsigned int index, unsigned int mtu);
/* Without duplicate address detection: usable at once. */
int link_address_add(struct netlink *nl, unsigned int index,
		     const struct in6_addr *address, int prefix);
int link_address_delete(struct netlink *nl, const struct link_address *address);

#endif
