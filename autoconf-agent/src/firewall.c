// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mesh's firewall. Linux answers on any link for any of its addresses, so
 * without it a neighbour on the wire could reach what listens on the mesh's
 * address, or speak with the address of a member. The rules go to nft(8): its
 * language is stable, and people can read and list what is in force.
 */
#include "firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <libmnl/libmnl.h>

#include "agent.h"
#include "cleanup.h"
#include "nft.h"

#define RULES_MAX 2048
/* It takes 20 ms on a PC; several of them emulated on one have been seen to
 * need a thousand times as long. */
#define DEADLINE_US (60 * 1000000ULL)
#define RETRY_US (30 * 1000000ULL)
#define RESTORE_US (1 * 1000000ULL)
#define REMOVE_MS 4000 /* shorter than systemd waits for the agent */
#define EVENTS_SIZE 8192

#define TABLE "tessera"

struct firewall {
	void (*done)(int error, const char *text, void *userdata);
	void *userdata;
	sd_event_source *timer; /* the deadline of a run, or until the next */
	sd_event_source *end;	/* of a run; NULL: none */
	sd_event_source *watch; /* over changes that others make */
	struct nft nft;
	bool lost; /* the table was deleted after a run last made it */
	int error; /* the last one told; 1: nothing was told yet */
	int length;
	char script[RULES_MAX];
};

/* `add` before `delete`: the latter fails on what is not there. One run is one
 * transaction: there is no moment without rules. */
static const char forget[] = "add table inet " TABLE "\n"
			     "delete table inet " TABLE "\n";

/* By hooks:
 *	arrive   from another link than the device: neither source nor
 *	         destination in the net; from the device: only to the net, not
 *	         to the other addresses of this node
 *	forward  nothing passes between the device and other links
 *	speak    the mesh proves which node it is, not which user of it: only root
 *	         speaks to agents and links, by whatever device. What is for this
 *	         node itself takes lo, and may claim to be from any member.
 *	leave    neither source nor destination in the net by another link than
 *	         the device: what is meant for the mesh never leaves in the clear
 */
static const char rules[] =
	"table inet " TABLE " {\n"
	"	chain arrive {\n"
	"		type filter hook prerouting priority raw; policy accept;\n"
	"		iifname \"lo\" accept\n"
	"		iifname $mesh ip6 daddr $mesh_net accept\n"
	"		iifname $mesh drop\n"
	"		ip6 saddr $mesh_net drop\n"
	"		ip6 daddr $mesh_net drop\n"
	"	}\n"
	"	chain forward {\n"
	"		type filter hook forward priority filter; policy accept;\n"
	"		iifname $mesh drop\n"
	"		oifname $mesh drop\n"
	"	}\n"
	"	chain speak {\n"
	"		type filter hook output priority filter; policy accept;\n"
	"		ip6 daddr $mesh_net meta skuid != 0 udp dport $gossip drop\n"
	"		ip6 daddr $mesh_net meta skuid != 0 tcp dport $links drop\n"
	"	}\n"
	"	chain leave {\n"
	"		type filter hook postrouting priority raw; policy accept;\n"
	"		oifname \"lo\" accept\n"
	"		oifname $mesh accept\n"
	"		ip6 saddr $mesh_net drop\n"
	"		ip6 daddr $mesh_net drop\n"
	"	}\n"
	"}\n";

/* Only what needs no quoting in any language. */
static bool device_valid(const char *device)
{
	size_t len = strlen(device);

	return len > 0 && len < IFNAMSIZ &&
	       strspn(device, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

int firewall_rules(char *ret, size_t size, const struct in6_addr *prefix,
		   const char *device)
{
	char net[INET6_ADDRSTRLEN];
	int n;

	if (!device_valid(device))
		return -EINVAL;
	inet_ntop(AF_INET6, prefix, net, sizeof(net));
	n = snprintf(ret, size,
		     "define mesh = \"%s\"\ndefine mesh_net = %s/64\n"
		     "define gossip = %d\ndefine links = %d\n%s%s",
		     device, net, AGENT_GOSSIP_PORT, AGENT_LINK_PORT, forget,
		     rules);
	return n < 0 || (size_t)n >= size ? -E2BIG : n;
}

static int run(struct firewall *firewall);

/* Did this happen to our table? */
static bool is_ours(const struct nlmsghdr *message, unsigned int what)
{
	size_t len = mnl_nlmsg_get_payload_len(message);
	const struct nlattr *attr;
	struct nfgenmsg header;

	if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | what) ||
	    len < sizeof(header))
		return false;
	memcpy(&header, mnl_nlmsg_get_payload(message), sizeof(header));
	if (header.nfgen_family != NFPROTO_INET)
		return false;
	mnl_attr_for_each_payload(mnl_nlmsg_get_payload_offset(message,
							       sizeof(header)),
				  len - sizeof(header))
	{
		if (mnl_attr_get_type(attr) == NFTA_TABLE_NAME)
			return mnl_attr_get_payload_len(attr) ==
				       sizeof(TABLE) &&
			       memcmp(mnl_attr_get_payload(attr), TABLE,
				      sizeof(TABLE)) == 0;
	}
	return false;
}

bool firewall_is_loss(const struct nlmsghdr *message)
{
	return is_ours(message, NFT_MSG_DELTABLE);
}

/* Reads what has happened to tables: is ours lost after all of it? What others
 * put in its place is not ours. */
static void read_events(struct firewall *firewall)
{
	int fd = sd_event_source_get_io_fd(firewall->watch);
	_Alignas(struct nlmsghdr) char buf[EVENTS_SIZE];
	const struct nlmsghdr *message;
	bool missed = false;
	ssize_t n;
	int left;

	for (;;) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {
			missed = true;
			continue;
		}
		if (n <= 0)
			break;
		left = n < EVENTS_SIZE ? (int)n : EVENTS_SIZE;
		for (message = (const void *)buf; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left)) {
			if (firewall_is_loss(message))
				firewall->lost = true;
			else if (firewall->nft.pid &&
				 is_ours(message, NFT_MSG_NEWTABLE))
				firewall->lost = false;
		}
	}
	if (missed)
		firewall->lost = true; /* it may have been */
}

static int run_in(struct firewall *firewall, uint64_t usec)
{
	sd_event_source_set_time_relative(firewall->timer, usec);
	return sd_event_source_set_enabled(firewall->timer, SD_EVENT_ONESHOT);
}

/* `nft flush ruleset`, with which many a script begins, takes every table. */
static int on_events(sd_event_source *source, int fd, uint32_t events,
		     void *userdata)
{
	struct firewall *firewall = userdata;
	bool known = firewall->lost;

	read_events(firewall);
	if (!firewall->lost || known || firewall->nft.pid)
		return 0;
	return run_in(firewall, RESTORE_US);
}

static int watch(struct firewall *firewall, sd_event *event)
{
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1U << (NFNLGRP_NFTABLES - 1),
	};
	cleanup_close int fd = -1;
	int r;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    NETLINK_NETFILTER);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	r = sd_event_add_io(event, &firewall->watch, fd, EPOLLIN, on_events,
			    firewall);
	if (r < 0)
		return r;
	r = sd_event_source_set_io_fd_own(firewall->watch, true);
	if (r >= 0)
		take_fd(&fd);
	return r;
}

/* Tells what is new, and lets a failure be tried again. */
static int conclude(struct firewall *firewall, int error, const char *text)
{
	if (error != firewall->error) {
		firewall->error = error;
		firewall->done(error, text, firewall->userdata);
	}
	return error == 0 ? 0 : run_in(firewall, RETRY_US);
}

/* The run is over, or its time is. */
static int finish(struct firewall *firewall)
{
	char text[NFT_TEXT];
	int error, r;

	sd_event_source_set_enabled(firewall->timer, SD_EVENT_OFF);
	firewall->end = sd_event_source_disable_unref(firewall->end);
	/* What the run itself did to the table has been told by now. */
	if (firewall->watch)
		read_events(firewall);
	error = nft_finish(&firewall->nft, 0, text);
	r = conclude(firewall, error, text);
	if (r < 0 || error < 0 || !firewall->lost)
		return r;
	return run_in(firewall, RESTORE_US);
}

static int on_end(sd_event_source *source, int fd, uint32_t events,
		  void *userdata)
{
	return finish(userdata);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct firewall *firewall = userdata;

	return firewall->nft.pid ? finish(firewall) : run(firewall);
}

static int run(struct firewall *firewall)
{
	sd_event *event = sd_event_source_get_event(firewall->timer);
	int r;

	r = nft_start(&firewall->nft, firewall->script,
		      (size_t)firewall->length);
	if (r < 0)
		return conclude(firewall, r, "");
	r = sd_event_add_io(event, &firewall->end, firewall->nft.fd, EPOLLIN,
			    on_end, firewall);
	if (r < 0)
		return r;
	sd_event_source_set_time_relative(firewall->timer, DEADLINE_US);
	return sd_event_source_set_enabled(firewall->timer, SD_EVENT_ONESHOT);
}

int firewall_new(struct firewall **ret, sd_event *event,
		 const struct in6_addr *prefix, const char *device,
		 void (*done)(int error, const char *text, void *userdata),
		 void *userdata)
{
	struct firewall *firewall = calloc(1, sizeof(*firewall));
	int r;

	if (!firewall)
		return -ENOMEM;
	firewall->nft = (struct nft)NFT_NONE;
	firewall->done = done;
	firewall->userdata = userdata;
	firewall->error = 1;
	r = firewall->length = firewall_rules(
		firewall->script, sizeof(firewall->script), prefix, device);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &firewall->timer,
					       CLOCK_MONOTONIC, 0, 1000,
					       on_timer, firewall);
	if (r < 0) {
		firewall_free(firewall, false);
		return r;
	}
	(void)watch(firewall, event); /* without it, nobody restores it */
	*ret = firewall;
	return 0;
}

void firewall_free(struct firewall *firewall, bool remove)
{
	char text[NFT_TEXT];

	if (!firewall)
		return;
	sd_event_source_disable_unref(firewall->watch);
	sd_event_source_disable_unref(firewall->end);
	sd_event_source_disable_unref(firewall->timer);
	if (firewall->nft.pid)
		(void)nft_finish(&firewall->nft, 0, text);
	if (remove &&
	    nft_start(&firewall->nft, forget, sizeof(forget) - 1) == 0)
		(void)nft_finish(&firewall->nft, REMOVE_MS, text);
	free(firewall);
}
