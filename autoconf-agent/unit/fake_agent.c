// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An agent made of plain data, for the tests of what is shown of it.
 */
#include "balancer.h"
#include "fake_agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct fake fake;

const char *const counter_names[COUNTERS] = {
	"mdns_seen",	    "mdns_malformed",	"mdns_oversized",
	"mdns_foreign",	    "mdns_replayed",	"gossip_received",
	"gossip_malformed", "gossip_oversized", "gossip_stranger",
	"gossip_sent",	    "gossip_bytes_in",	"gossip_bytes_out",
	"gossip_unsent",    "ctl_malformed",	"link_dialed",
	"link_failed",	    "link_accepted",	"link_stranger",
	"link_refused",	    "balance_moved",	"balance_refused",
};

static void add_node(uint16_t number, const char *name, enum node_status status)
{
	struct node *n = &fake.nodes[fake.n_nodes];

	fake.list[fake.n_nodes++] = n;
	n->known = n->proved = true;
	n->status = status;
	n->claim.number = number;
	memset(n->id.bytes, (int)fake.n_nodes, sizeof(n->id.bytes));
	memset(n->info.key, (int)fake.n_nodes, sizeof(n->info.key));
	memset(n->info.build, 0xab, sizeof(n->info.build));
	snprintf(n->info.name, sizeof(n->info.name), "%s", name);
	strcpy(n->info.version, "0.1.0");
	n->info.role = NODE_ROLE_DRONE;
	n->load = (struct node_load){ .cpus = 2,
				      .util = 125,
				      .load = 250,
				      .speed = 980,
				      .mem_mib = 512,
				      .free_mib = 256,
				      .guest_load = 150,
				      .guests = 3,
				      .room = 5,
				      .leave = true,
				      .pressure = 125 };
	n->heard = FAKE_NOW - 3000;
	n->since = FAKE_NOW - 60000;
	inet_pton(AF_INET6, "fd01:203:405::", &n->address);
	n->address.s6_addr[15] = (uint8_t)fake.n_nodes;
}

static void add_peer(size_t node, const char *address, unsigned int scope)
{
	struct mesh_peer *p = &fake.peers[fake.n_peers++];

	memcpy(p->key, fake.nodes[node].info.key, sizeof(p->key));
	p->endpoint.sin6_port = htons(51870);
	p->endpoint.sin6_scope_id = scope;
	inet_pton(AF_INET6, address, &p->endpoint.sin6_addr);
}

static void add_address(const char *ifname, const char *address)
{
	struct netmon_address *a = &fake.addresses[fake.n_addresses++];

	strcpy(a->ifname, ifname);
	inet_pton(AF_INET6, address, &a->address);
}

/* A non-NULL handle that nobody looks into. */
#define HANDLE(type) ((struct type *)(uintptr_t)16)

void fake_reset(void)
{
	sd_event *event = fake.agent.event;
	struct agent *a = &fake.agent;

	fake = (struct fake){ .state = AGENT_MEMBER };
	a->event = event;
	a->has_cluster = true;
	for (size_t i = 0; i < CLUSTER_ID_SIZE; i++)
		a->cluster.id[i] = (uint8_t)(i + 1);
	memset(a->cluster.key, 0x42, sizeof(a->cluster.key));
	strcpy(a->cluster.source, "/etc/tessera/cluster.key");
	a->role = NODE_ROLE_FULL;
	a->members = HANDLE(members);
	a->mesh = HANDLE(mesh);
	a->netmon = HANDLE(netmon);
	a->mdns_state = "running";
	a->balance = "on";
	a->boot_started = 2500;
	a->boot_address = 2600;
	a->boot_member = 4200;
	a->boot_changed = 9500;
	add_node(1, "tess-000001", NODE_UP);
	add_node(3, "tess-000003", NODE_SUSPECT);
	add_node(2, "tess-000002", NODE_DOWN);
	a->self.info = fake.nodes[0].info;
	a->self.address = fake.nodes[0].address;
	add_peer(2, "fe80::2", 0);
	add_peer(1, "::ffff:192.0.2.3", 0);
	add_address("eth0", "fe80::1");
	add_address("eth1", "fe80::11");
	add_address("eth0", "::ffff:192.0.2.1");
}

void fake_crowd(void)
{
	fake_reset();
	for (uint16_t i = 4; fake.n_nodes < FAKE_NODES; i++)
		add_node(i, "tess-crowd", NODE_UP);
}

void fake_no_key(void)
{
	fake_reset();
	fake.state = AGENT_NO_KEY;
	fake.agent.has_cluster = false;
	fake.agent.cluster_error = -ENOENT;
	fake.agent.members = NULL;
	fake.agent.mesh = NULL;
	fake.agent.mesh_error = 1;
}

enum agent_state agent_state(const struct agent *a)
{
	return fake.state;
}

const char *agent_state_name(enum agent_state state)
{
	static const char *const names[] = { "no-key", "no-network", "joining",
					     "alone", "member" };

	return names[state];
}

int64_t agent_now(const struct agent *a)
{
	return FAKE_NOW;
}

int agent_reload_key(struct agent *a)
{
	fake.reloads++;
	return fake.reload_result;
}

const struct node *members_self(const struct members *m)
{
	return &fake.nodes[0];
}

size_t members_list(const struct members *m, struct node *const **ret)
{
	*ret = fake.list;
	return fake.n_nodes;
}

uint16_t members_number(const struct members *m, const struct node *n)
{
	return n->claim.number;
}

int mesh_peers(struct mesh *mesh,
	       void (*each)(const struct mesh_peer *peer, void *userdata),
	       void *userdata)
{
	for (size_t i = 0; i < fake.n_peers; i++)
		each(&fake.peers[i], userdata);
	return 0;
}

size_t netmon_addresses(struct netmon *mon, const struct netmon_address **ret)
{
	*ret = fake.addresses;
	return fake.n_addresses;
}

int balancer_best(const struct balancer *b, int64_t now, pid_t pid,
		  uint16_t *ret)
{
	if (pid != FAKE_PID)
		return -ESRCH;
	*ret = 3;
	return 0;
}
