// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent: brings the modules up in their order, moves messages between the
 * mesh and the membership machine, and keeps time.
 */
#include "agent.h"

#include <errno.h>
#include <net/if.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "image.h"
#include "links.h"
#include "machine.h"
#include "mdns.h"
#include "reach.h"
#include "wire.h"

#define SECOND_US 1000000
#define MDNS_MS 5000
#define RETRY_MS 5000
#define DEAF_MS 30000 /* without avahi-daemon: begin all the same */
#define BURST 64      /* datagrams read at once */

const char *const counter_names[COUNTERS] = {
	[COUNTER_MDNS_SEEN] = "mdns_seen",
	[COUNTER_MDNS_MALFORMED] = "mdns_malformed",
	[COUNTER_MDNS_OVERSIZED] = "mdns_oversized",
	[COUNTER_MDNS_FOREIGN] = "mdns_foreign",
	[COUNTER_MDNS_REPLAYED] = "mdns_replayed",
	[COUNTER_GOSSIP_RECEIVED] = "gossip_received",
	[COUNTER_GOSSIP_MALFORMED] = "gossip_malformed",
	[COUNTER_GOSSIP_OVERSIZED] = "gossip_oversized",
	[COUNTER_GOSSIP_STRANGER] = "gossip_stranger",
	[COUNTER_GOSSIP_SENT] = "gossip_sent",
	[COUNTER_GOSSIP_BYTES_IN] = "gossip_bytes_in",
	[COUNTER_GOSSIP_BYTES_OUT] = "gossip_bytes_out",
	[COUNTER_GOSSIP_UNSENT] = "gossip_unsent",
	[COUNTER_CTL_MALFORMED] = "ctl_malformed",
	[COUNTER_LINK_DIALED] = "link_dialed",
	[COUNTER_LINK_FAILED] = "link_failed",
	[COUNTER_LINK_ACCEPTED] = "link_accepted",
	[COUNTER_LINK_STRANGER] = "link_stranger",
	[COUNTER_LINK_REFUSED] = "link_refused",
};

int64_t agent_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static uint64_t real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static size_t addresses(const struct agent *a)
{
	const struct netmon_address *own;

	return a->netmon ? netmon_addresses(a->netmon, &own) : 0;
}

enum agent_state agent_state(const struct agent *a)
{
	struct node *const *list;
	size_t count;

	if (!a->has_cluster)
		return AGENT_NO_KEY;
	if (addresses(a) == 0)
		return AGENT_NO_NETWORK;
	if (!a->members || members_self(a->members)->status != NODE_UP)
		return AGENT_JOINING;
	count = members_list(a->members, &list);
	for (size_t i = 0; i < count; i++)
		if (list[i] != members_self(a->members) && list[i]->proved &&
		    node_alive(list[i]))
			return AGENT_MEMBER;
	return AGENT_ALONE;
}

const char *agent_state_name(enum agent_state state)
{
	switch (state) {
	case AGENT_NO_KEY:
		return "no-key";
	case AGENT_NO_NETWORK:
		return "no-network";
	case AGENT_JOINING:
		return "joining";
	case AGENT_ALONE:
		return "alone";
	case AGENT_MEMBER:
		return "member";
	}
	return "unknown";
}

/* --- between membership and mesh --- */

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
		a->boot_member = agent_now();
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

	if (gone) {
		reach_forget(a, (struct node *)n);
	} else if (n == members_self(a->members)) {
		log_self(a, n);
	} else if (n->known && n->proved && n->status != old) {
		agent_log(n->status == NODE_SUSPECT ? LOG_INFO : LOG_NOTICE,
			  "node %u \"%s\" is %s", n->claim.number, n->info.name,
			  node_status_name(n->status));
	}
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
		r = members_receive(a->members, agent_now(), &id, data, len);
	if (r == -ENOENT || r == -EINVAL)
		a->counters[COUNTER_GOSSIP_STRANGER]++;
	else if (r < 0)
		a->counters[COUNTER_GOSSIP_MALFORMED]++;
}

static int on_gossip(sd_event_source *s, int fd, uint32_t revents,
		     void *userdata)
{
	struct agent *a = userdata;
	uint8_t data[WIRE_MAX + 1]; /* one more: oversized shows */

	(void)s;
	(void)revents;
	for (int i = 0; i < BURST; i++) {
		struct sockaddr_in6 from;
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(fd, data, sizeof(data), 0,
				       (struct sockaddr *)&from, &size);

		if (len < 0)
			break;
		receive(a, &from, data, (size_t)len);
	}
	agent_wake(a);
	return 0;
}

/* --- time --- */

static int on_tick(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct agent *a = userdata;
	int next;

	(void)usec;
	if (!a->members)
		return 0;
	next = members_tick(a->members, agent_now(), real_ms());
	reach_tick(a, agent_now());
	sd_event_source_set_time_relative(s, (uint64_t)next * 1000);
	sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
	return 0;
}

void agent_wake(struct agent *a)
{
	if (!a->tick_source)
		return;
	sd_event_source_set_time_relative(a->tick_source, 0);
	sd_event_source_set_enabled(a->tick_source, SD_EVENT_ONESHOT);
}

void agent_hand_nodes(struct agent *a)
{
	struct node *const *list;
	size_t count = members_list(a->members, &list), n = 0;
	const struct node **shown;

	if (!a->kernel)
		return;
	shown = calloc(count, sizeof(*shown));
	if (!shown)
		return;
	for (size_t i = 0; i < count; i++)
		if (list[i]->known && members_number(a->members, list[i]))
			shown[n++] = list[i];
	kernel_set_nodes(a->kernel, shown, n,
			 members_number(a->members, members_self(a->members)));
	free(shown);
}

/* What must survive a restart of the agent. */
static void save_identity(struct agent *a)
{
	const struct node *self = members_self(a->members);
	int err;

	if (a->self.incarnation == self->incarnation &&
	    memcmp(&a->self.claim, &self->claim, sizeof(self->claim)) == 0)
		return;
	a->self.incarnation = self->incarnation;
	a->self.claim = self->claim;
	err = identity_save(&a->self, a->state_file);
	if (err < 0)
		agent_log(LOG_WARNING, "%s: %s", a->state_file, strerror(-err));
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

static void cluster_stop(struct agent *a);
static void cluster_start(struct agent *a);

/* Somebody took the device away, or down: make it anew. */
static void check_mesh(struct agent *a)
{
	int r = a->mesh ? mesh_check(a->mesh) : 0;

	if (r == 0)
		return;
	agent_log(LOG_WARNING, MESH_DEVICE ": %s; making it anew",
		  strerror(-r));
	cluster_stop(a);
	cluster_start(a);
}

static int on_second(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct agent *a = userdata;
	int64_t now = agent_now();
	struct node_load load;

	(void)usec;
	sd_event_source_set_time_relative(s, SECOND_US);
	sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);

	if (!a->members && now >= a->next_key) {
		a->next_key = now + RETRY_MS;
		cluster_start(a);
	}
	if (now >= a->next_mdns) {
		a->next_mdns = now + MDNS_MS;
		mdns_tick(a->mdns, now);
		check_mesh(a);
		start_links(a);
	}
	if (!a->members)
		return 0;
	agent_start_joining(a);
	if (load_measure(a->load, now, &load) == 0) {
		if (!a->speed)
			a->speed = load_speed();
		load.speed = a->speed;
		members_set_load(a->members, &load);
	}
	agent_hand_nodes(a);
	save_identity(a);
	return 0;
}

void agent_start_joining(struct agent *a)
{
	int64_t now = agent_now();

	if (!addresses(a))
		return;
	if (!a->boot_address)
		a->boot_address = now;
	if (!a->members)
		return;
	/* Who has not listened would found a cluster beside another one. */
	if (a->mdns_ready || now - a->boot_address > DEAF_MS)
		members_start(a->members, now);
}

static void on_addresses(struct netmon *mon, void *userdata)
{
	struct agent *a = userdata;

	if (!a->netmon)
		a->netmon = mon; /* the first call, from netmon_new() */
	agent_start_joining(a);
	if (a->mdns)
		mdns_update(a->mdns);
	agent_wake(a);
	ctl_changed(a->ctl);
}

/* --- life of a cluster --- */

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

static void cluster_stop(struct agent *a)
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

/* Everything that needs the cluster key; called again while it fails. */
static void cluster_start(struct agent *a)
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
				agent_now(), real_ms());
	a->mesh_error = r;
	if (r < 0) {
		if (r != old_error)
			agent_log(LOG_ERR,
				  "the mesh cannot start: %s; trying on",
				  r == -ENOTSUP ?
					  "this kernel has no WireGuard" :
					  strerror(-r));
		cluster_stop(a);
		return;
	}
	agent_log(LOG_INFO, "cluster key from %s", a->cluster.source);
	start_links(a);
	if (a->mdns)
		mdns_renew(a->mdns);
	agent_start_joining(a);
	agent_wake(a);
}

int agent_reload_key(struct agent *a)
{
	agent_leave(a);
	cluster_stop(a);
	/* A new cluster, a new node: the old key pair was another's member. */
	unlink(a->state_file);
	a->boot_member = 0;
	a->n_strangers = 0;
	cluster_start(a);
	if (!a->members)
		mdns_renew(a->mdns);
	ctl_changed(a->ctl);
	return a->cluster_error;
}

void agent_leave(struct agent *a)
{
	if (!a->members)
		return;
	members_leave(a->members, agent_now());
	save_identity(a);
}

static void open_kernel(struct agent *a)
{
	int r = kernel_open(&a->kernel);

	if (r < 0) {
		agent_log(
			LOG_WARNING,
			"no /dev/tessera (%s): processes cannot migrate on this kernel",
			strerror(-r));
		return;
	}
	r = link_book_new(&a->link_book);
	if (r == 0)
		r = kernel_listen(a->kernel, a->event, links_event, a);
	if (r < 0)
		agent_log(LOG_ERR, "/dev/tessera cannot be listened to: %s",
			  strerror(-r));
	r = image_register(kernel_device(a->kernel));
	if (r < 0 && r != -ENOENT)
		agent_log(
			LOG_WARNING,
			"the live image is not known to the kernel (%s): guests fetch their programs",
			strerror(-r));
}

int agent_new(struct agent *a, enum node_role role)
{
	int r;

	a->role = role;
	a->gossip_fd = -1;
	a->mdns_state = "starting";
	a->boot_started = agent_now();
	a->mesh_error = a->cluster_error = 1; /* not tried yet */
	if (!a->state_file)
		a->state_file = AGENT_RUNTIME_DIR "/identity";
	if (sodium_init() < 0)
		return -EIO;
	r = load_new(&a->load, "");
	if (r < 0)
		return r;
	open_kernel(a);
	r = sd_event_add_time_relative(a->event, &a->tick_source,
				       CLOCK_BOOTTIME, SECOND_US, 1000, on_tick,
				       a);
	if (r >= 0)
		r = sd_event_add_time_relative(a->event, &a->second_source,
					       CLOCK_BOOTTIME, SECOND_US, 10000,
					       on_second, a);
	if (r >= 0)
		r = ctl_new(&a->ctl, a, AGENT_RUNTIME_DIR "/ctl");
	if (r >= 0)
		r = netmon_new(&a->netmon, a->event, on_addresses, a);
	if (r < 0)
		return r;
	a->next_key = a->boot_started + RETRY_MS;
	cluster_start(a);
	if (!a->has_cluster) {
		/* A stranger announces himself, so that members can show him. */
		identity_load(&a->self, a->state_file, &a->cluster);
		identity_complete(a);
	}
	return mdns_new(&a->mdns, a);
}

void agent_finish(struct agent *a)
{
	mdns_free(a->mdns);
	cluster_stop(a);
	ctl_free(a->ctl);
	netmon_free(a->netmon);
	load_free(a->load);
	kernel_close(a->kernel);
	link_book_free(a->link_book);
	sd_event_source_disable_unref(a->tick_source);
	sd_event_source_disable_unref(a->second_source);
	identity_destroy(&a->self);
	cluster_destroy(&a->cluster);
}
