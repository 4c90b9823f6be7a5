// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches links and addresses. Notifications only wake it; what is true is
 * then asked for anew, so that a lost one does no harm.
 */
#include "netmon.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "cleanup.h"
#include "mesh.h"
#include "netlink.h"

#define DEBOUNCE_US 100000U
#define RETRY_US 1000000U
#define LINKS_MAX 256

struct netmon {
	struct netlink *nl; /* for questions; notifications have their own */
	sd_event_source *notifications;
	sd_event_source *timer;
	void (*changed)(struct netmon *mon, void *userdata);
	void *userdata;
	bool told; /* changed() was called once */
	unsigned int looks;
	struct netmon_address addresses[NETMON_MAX];
	size_t count;
};

struct survey {
	struct link links[LINKS_MAX];
	size_t n_links;
	struct netmon_address addresses[NETMON_MAX];
	size_t count;
};

bool netmon_link_counts(const struct link *link)
{
	static const char *const kinds[] = { "",     "veth",   "vlan",	 "bond",
					     "team", "bridge", "macvlan" };
	static const char *const parts[] = { "bridge", "bond", "team" };
	const unsigned int flags = IFF_UP | IFF_RUNNING;

	if (link->type != ARPHRD_ETHER || (link->flags & flags) != flags ||
	    (link->flags & IFF_LOOPBACK) ||
	    strcmp(link->name, MESH_DEVICE) == 0)
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (link->master && strcmp(link->slave_kind, parts[i]) == 0)
			return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(link->kind, kinds[i]) == 0)
			return true;
	return false;
}

bool netmon_address_counts(const struct link_address *address)
{
	const struct in6_addr *a = &address->address;

	if (address->flags & (IFA_F_DADFAILED | IFA_F_DEPRECATED))
		return false;
	/* Optimistic: may be used while it is being checked (RFC 4429). */
	if ((address->flags & IFA_F_TENTATIVE) &&
	    !(address->flags & IFA_F_OPTIMISTIC))
		return false;
	return address->scope < RT_SCOPE_HOST && !IN6_IS_ADDR_LOOPBACK(a) &&
	       !IN6_IS_ADDR_UNSPECIFIED(a) && !IN6_IS_ADDR_MULTICAST(a);
}

int netmon_compare(const void *left, const void *right)
{
	const struct netmon_address *a = left, *b = right;
	int a_local = IN6_IS_ADDR_LINKLOCAL(&a->address) ? 0 : 1;
	int b_local = IN6_IS_ADDR_LINKLOCAL(&b->address) ? 0 : 1;
	int a_v4 = IN6_IS_ADDR_V4MAPPED(&a->address) ? 1 : 0;
	int b_v4 = IN6_IS_ADDR_V4MAPPED(&b->address) ? 1 : 0;

	if (a_local != b_local)
		return a_local - b_local;
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	if (a_v4 != b_v4)
		return a_v4 - b_v4;
	return memcmp(&a->address, &b->address, sizeof(a->address));
}

static int survey_link(const struct link *link, void *userdata)
{
	struct survey *survey = userdata;

	if (survey->n_links < LINKS_MAX && netmon_link_counts(link))
		survey->links[survey->n_links++] = *link;
	return 0;
}

static int survey_address(const struct link_address *address, void *userdata)
{
	struct survey *survey = userdata;
	struct netmon_address *entry;

	if (survey->count == NETMON_MAX || !netmon_address_counts(address))
		return 0;
	for (size_t i = 0; i < survey->n_links; i++) {
		if (survey->links[i].index != address->link)
			continue;
		entry = &survey->addresses[survey->count++];
		memset(entry, 0, sizeof(*entry)); /* compared as bytes */
		strcpy(entry->ifname, survey->links[i].name);
		entry->ifindex = address->link;
		entry->address = address->address;
		entry->prefix = address->prefix;
		break;
	}
	return 0;
}

/* Asks the kernel; 1 when the list is another one than before. */
static int look(struct netmon *mon)
{
	cleanup_free struct survey *survey = calloc(1, sizeof(*survey));
	int r;

	mon->looks++;
	if (!survey)
		return -ENOMEM;
	r = link_each(mon->nl, survey_link, survey);
	if (r == 0)
		r = link_address_each(mon->nl, survey_address, survey);
	if (r < 0)
		return r;
	qsort(survey->addresses, survey->count, sizeof(survey->addresses[0]),
	      netmon_compare);
	if (mon->count == survey->count &&
	    memcmp(mon->addresses, survey->addresses,
		   survey->count * sizeof(survey->addresses[0])) == 0)
		return 0;
	memcpy(mon->addresses, survey->addresses, sizeof(mon->addresses));
	mon->count = survey->count;
	return 1;
}

/* Arms the timer, if it is not armed: a link that never rests is looked at ten
 * times a second, not never. */
static int look_in(struct netmon *mon, uint64_t delay)
{
	int enabled, r;

	r = sd_event_source_get_enabled(mon->timer, &enabled);
	if (r < 0 || enabled != SD_EVENT_OFF)
		return r;
	r = sd_event_source_set_time_relative(mon->timer, delay);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(mon->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct netmon *mon = userdata;
	int r = look(mon);

	if (r < 0) /* the kernel is short of memory, or too busy to answer */
		return look_in(mon, RETRY_US);
	if (r > 0 || !mon->told) {
		mon->told = true;
		mon->changed(mon, mon->userdata);
	}
	return 0;
}

static int on_notification(sd_event_source *source, int fd, uint32_t events,
			   void *userdata)
{
	char buf[8192];
	ssize_t n;

	/* What they say does not matter; ENOBUFS says that some were lost. */
	do {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == ENOBUFS)));
	return look_in(userdata, DEBOUNCE_US);
}

static int open_notifications(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
			     RTMGRP_IPV6_IFADDR,
	};
	cleanup_close int fd = -1;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    NETLINK_ROUTE);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

static int watch(struct netmon *mon, sd_event *event)
{
	cleanup_close int fd = open_notifications();
	int r;

	if (fd < 0)
		return fd;
	r = sd_event_add_io(event, &mon->notifications, fd, EPOLLIN,
			    on_notification, mon);
	if (r < 0)
		return r;
	r = sd_event_source_set_io_fd_own(mon->notifications, true);
	if (r < 0)
		return r;
	take_fd(&fd);
	r = netlink_open(&mon->nl, NETLINK_ROUTE);
	if (r < 0)
		return r;
	/* The list is there at once; only the telling waits for the loop. */
	(void)look(mon);
	r = sd_event_add_time_relative(event, &mon->timer, CLOCK_MONOTONIC, 0,
				       DEBOUNCE_US / 10, on_timer, mon);
	if (r < 0)
		return r;
	return sd_event_source_set_priority(mon->timer,
					    SD_EVENT_PRIORITY_IMPORTANT);
}

int netmon_new(struct netmon **ret, sd_event *event,
	       void (*changed)(struct netmon *mon, void *userdata),
	       void *userdata)
{
	struct netmon *mon = calloc(1, sizeof(*mon));
	int r;

	if (!mon)
		return -ENOMEM;
	mon->changed = changed;
	mon->userdata = userdata;
	r = watch(mon, event);
	if (r < 0) {
		netmon_free(mon);
		return r;
	}
	*ret = mon;
	return 0;
}

void netmon_free(struct netmon *mon)
{
	if (!mon)
		return;
	sd_event_source_disable_unref(mon->timer);
	sd_event_source_disable_unref(mon->notifications);
	netlink_close(mon->nl);
	free(mon);
}

size_t netmon_addresses(struct netmon *mon, const struct netmon_address **ret)
{
	*ret = mon->addresses;
	return mon->count;
}

unsigned int netmon_looks(const struct netmon *mon)
{
	return mon->looks;
}
