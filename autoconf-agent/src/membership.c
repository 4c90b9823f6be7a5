// SPDX-License-Identifier: GPL-2.0-or-later
#include "membership.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "links.h"
#include "machine.h"
#include "mdns.h"
#include "reach.h"
#include "wire.h"

#define BATCH 8	  /* datagrams read with one call … */
#define BATCHES 8 /* … and such calls before others have their turn */

/* --- what the members' machine asks for --- */

static void io_send(void *userdata, const struct node *to, const void *data,
		    size_t len)
{
	struct agent *a = userdata;
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_addr = to->address,
		.sin6_port = htons(AGENT_GOSSIP_PORT),
	};

	if (sendto(a->gossip_fd, data, len, MSG_DONTWAIT,
		   (struct sockaddr *)&address, sizeof(address)) < 0) {
		a->counters[COUNTER_GOSSIP_UNSENT]++;
		return;
	}
	a->counters[COUNTER_GOSSIP_SENT]++;
	a->counters[COUNTER_GOSSIP_BYTES_OUT] += len;
}

static void log_self(struct agent *a, const struct node *n)
{
	char cluster[2 * CLUSTER_ID_SIZE + 1];

	if (n->status != NODE_UP) {
		agent_log(LOG_NOTICE,
			  "number lost to a better claim; choosing another");
		return;
	}
	sodium_bin2hex(cluster, sizeof(cluster), a->cluster.id,
		       CLUSTER_ID_SIZE);
	if (!a->boot_member)
		a->boot_member = agent_now(a);
	agent_log(
		LOG_NOTICE,
		"member %u \"%s\" of cluster %.8s after %.3f s (address after %.3f s)",
		n->claim.number, n->info.name, cluster,
		(double)a->boot_member / 1000, (double)a->boot_address / 1000);
}

static void io_changed(void *userdata, const struct node *n,
		       enum node_status old, bool gone)
{
	struct agent *a = userdata;

	if (n->status != old || gone)
		a->boot_changed = agent_now(a);
	if (gone) {
		reach_forget(a, (struct node *)n);
	} else if (n == members_self(a->members)) {
		log_self(a, n);
	} else if (n->known && n->proved && n->status != old) {
		agent_log(n->status == NODE_SUSPECT ? LOG_INFO : LOG_NOTICE,
			  "node %u \"%s\" is %s", n->claim.number, n->info.name,
			  node_status_name(n->status));
	}
	/* Whoever reads that it is up may move a process there. */
	if (!gone && a->members)
		agent_hand_nodes(a);
	ctl_changed(a->ctl);
}

static void io_introduced(void *userdata, struct node *node,
			  const struct sockaddr_in6 *endpoints, size_t count)
{
	reach_offer(userdata, node, endpoints, count);
}

static size_t io_endpoints(void *userdata, const struct node *node,
			   struct sockaddr_in6 ret[NODE_ENDPOINTS])
{
	return reach_endpoints(userdata, node, ret);
}

static uint32_t io_random(void *userdata)
{
	(void)userdata;
	return randombytes_random();
}

static void receive(struct agent *a, const struct sockaddr_in6 *from,
		    const uint8_t *data, size_t len)
{
	struct node_id id;
	int r;

	a->counters[COUNTER_GOSSIP_RECEIVED]++;
	a->counters[COUNTER_GOSSIP_BYTES_IN] += len;
	if (len > WIRE_MAX) {
		a->counters[COUNTER_GOSSIP_OVERSIZED]++;
		return;
	}
	/* WireGuard proved that the sender owns this address. */
	r = cluster_address_id(&a->cluster, &from->sin6_addr, &id);
	if (r == 0)
		r = members_receive(a->members, agent_now(a), &id, data, len);
	if (r == -ENOENT || r == -EINVAL)
		a->counters[COUNTER_GOSSIP_STRANGER]++;
	else if (r < 0)
		a->counters[COUNTER_GOSSIP_MALFORMED]++;
}

/* As many as there are, at little cost each: the last call of a burst tells by
 * its count that nothing is left. */
static int on_gossip(sd_event_source *s, int fd, uint32_t revents,
		     void *userdata)
{
	struct agent *a = userdata;
	uint8_t data[BATCH][WIRE_MAX + 1]; /* one more: oversized shows */
	struct sockaddr_in6 from[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
	int n = BATCH;

	for (int i = 0; i < BATCHES && n == BATCH; i++) {
		for (int j = 0; j < BATCH; j++) {
			parts[j] = (struct iovec){ data[j], sizeof(data[j]) };
			messages[j].msg_hdr = (struct msghdr){
				.msg_name = &from[j],
				.msg_namelen = sizeof(from[j]),
				.msg_iov = &parts[j],
				.msg_iovlen = 1,
			};
		}
		n = recvmmsg(fd, messages, BATCH, 0, NULL);
		for (int j = 0; j < n; j++)
			receive(a, &from[j], data[j], messages[j].msg_len);
	}
	agent_tick(a);
	return 0;
}

/* --- life --- */

static void identity_complete(struct agent *a)
{
	struct node_info *info = &a->self.info;

	info->role = a->role;
	snprintf(info->version, sizeof(info->version), "%s", TESSERA_VERSION);
	kernel_build_id(a->kernel, info->build);
	machine_id(info->machine);
}

static void on_firewall(int error, const char *text, void *userdata)
{
	struct agent *a = userdata;

	if (error < 0)
		agent_log(
			LOG_ERR,
			"firewall of " MESH_DEVICE
			" is not in place (%s%s%s): neighbours on the wire could reach it; trying on",
			strerror(-error), *text ? ": " : "", text);
	else if (a->firewall_error != -EINPROGRESS)
		agent_log(LOG_NOTICE,
			  "firewall of " MESH_DEVICE " is in place");
	a->firewall_error = error;
	ctl_changed(a->ctl);
}

static int mesh_start(struct agent *a)
{
	int r = mesh_create(&a->mesh, &a->cluster, &a->self);

	if (r < 0)
		return r;
	a->firewall_error = -EINPROGRESS;
	r = mesh_firewall(a->mesh, a->event, on_firewall, a);
	if (r < 0)
		return r;
	a->gossip_fd = mesh_socket(a->mesh, AGENT_GOSSIP_PORT);
	if (a->gossip_fd < 0)
		return a->gossip_fd;
	return sd_event_add_io(a->event, &a->gossip_source, a->gossip_fd,
			       EPOLLIN, on_gossip, a);
}

void membership_stop(struct agent *a)
{
	struct node *const *list;
	size_t count;

	if (a->members) {
		count = members_list(a->members, &list);
		for (size_t i = 0; i < count; i++)
			reach_forget(a, list[i]);
	}
	members_free(a->members);
	a->members = NULL;
	links_free(a->links);
	a->links = NULL;
	a->gossip_source = sd_event_source_disable_unref(a->gossip_source);
	if (a->gossip_fd >= 0)
		close(a->gossip_fd);
	a->gossip_fd = -1;
	mesh_destroy(a->mesh, true);
	a->mesh = NULL;
	if (a->kernel)
		kernel_set_nodes(a->kernel, NULL, 0, 0);
}

/* Other kernels may send processes from now on. Tried again while it fails. */
static void start_links(struct agent *a)
{
	int r;

	if (!a->link_book || !a->members || a->links)
		return;
	r = links_new(&a->links, a);
	if (r < 0 && r != a->links_error)
		agent_log(LOG_WARNING,
			  "no links to other kernels: %s; trying on",
			  strerror(-r));
	a->links_error = r;
}

void membership_start(struct agent *a)
{
	const struct members_io io = {
		.send = io_send,
		.changed = io_changed,
		.introduced = io_introduced,
		.endpoints = io_endpoints,
		.random = io_random,
		.userdata = a,
	};
	int old_error = a->has_cluster ? a->mesh_error : a->cluster_error;
	int r;

	cluster_destroy(&a->cluster); /* a key that is gone must be gone */
	r = a->cluster_error = cluster_find(&a->cluster);
	a->has_cluster = r == 0;
	if (r < 0) {
		if (r != old_error)
			agent_log(LOG_WARNING, "no cluster key (%s%s%s)%s",
				  r == -ENOENT ? "" : a->cluster.source,
				  r == -ENOENT ? "" : ": ", strerror(-r),
				  "; 'tess key new' makes one");
		return;
	}
	r = identity_load(&a->self, a->state_file, &a->cluster);
	if (r == 0) {
		identity_complete(a);
		r = identity_save(&a->self, a->state_file);
	}
	if (r == 0)
		r = mesh_start(a);
	if (r == 0)
		r = members_new(&a->members, &a->cluster, &a->self, &io,
				agent_now(a), agent_real_ms(a));
	a->mesh_error = r;
	if (r < 0) {
		if (r != old_error)
			agent_log(LOG_ERR,
				  "the mesh cannot start: %s; trying on",
				  r == -ENOTSUP ?
					  "this kernel has no WireGuard" :
					  strerror(-r));
		membership_stop(a);
		return;
	}
	agent_log(LOG_INFO, "cluster key from %s", a->cluster.source);
	/* Its period began now: so does our second, to wake up once for both. */
	a->next_second = agent_now(a) + AGENT_SECOND_MS;
	start_links(a);
	if (a->mdns)
		mdns_renew(a->mdns);
	agent_start_joining(a);
	agent_wake(a);
}

void membership_stranger(struct agent *a)
{
	identity_load(&a->self, a->state_file, &a->cluster);
	identity_complete(a);
}

/* Somebody may have taken the device away, or down: make it anew. */
static void check_mesh(struct agent *a)
{
	unsigned int looks = netmon_looks(a->netmon);
	int r;

	if (!a->mesh || looks == a->mesh_looks)
		return; /* nothing happened to any link or address */
	r = mesh_check(a->mesh);
	if (r == 0)
		a->mesh_looks = looks;
	if (r >= 0)
		return;
	agent_log(LOG_WARNING, MESH_DEVICE ": %s; making it anew",
		  strerror(-r));
	membership_stop(a);
	membership_start(a);
}

void membership_tend(struct agent *a)
{
	check_mesh(a);
	start_links(a);
}
