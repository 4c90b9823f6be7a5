// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent's state as JSON. Values that do not exist (yet) are null.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_show.h"
#include "proc.h"

#define ADDRESS_TEXT (INET6_ADDRSTRLEN + IF_NAMESIZE + 10)

static void hex(char *to, const uint8_t *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		snprintf(to + 2 * i, 3, "%02x", from[i]);
}

static json_t *show_build(const uint8_t build[NODE_BUILD_SIZE])
{
	static const uint8_t none[NODE_BUILD_SIZE];
	char text[2 * NODE_BUILD_SIZE + 1];

	if (memcmp(build, none, NODE_BUILD_SIZE) == 0)
		return json_null();
	hex(text, build, NODE_BUILD_SIZE);
	return json_string(text);
}

static json_t *show_cluster(const struct agent *a)
{
	char text[9];

	if (!a->has_cluster)
		return json_null();
	hex(text, a->cluster.id, 4);
	return json_string(text);
}

static void address_text(char ret[INET6_ADDRSTRLEN],
			 const struct in6_addr *address)
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		inet_ntop(AF_INET, &address->s6_addr[12], ret,
			  INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address, ret, INET6_ADDRSTRLEN);
}

static json_t *show_address(const struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_UNSPECIFIED(address))
		return json_null();
	address_text(text, address);
	return json_string(text);
}

/* "192.0.2.1:51870" or "[fe80::1%eth0]:51870" */
static json_t *show_endpoint(const struct sockaddr_in6 *endpoint)
{
	char address[INET6_ADDRSTRLEN], ifname[IF_NAMESIZE] = "";
	char text[ADDRESS_TEXT];
	unsigned int port = ntohs(endpoint->sin6_port);

	if (!port)
		return json_null();
	address_text(address, &endpoint->sin6_addr);
	if (IN6_IS_ADDR_V4MAPPED(&endpoint->sin6_addr)) {
		snprintf(text, sizeof(text), "%s:%u", address, port);
		return json_string(text);
	}
	if (endpoint->sin6_scope_id)
		if_indextoname(endpoint->sin6_scope_id, ifname);
	snprintf(text, sizeof(text), "[%s%s%s]:%u", address,
		 ifname[0] ? "%" : "", ifname, port);
	return json_string(text);
}

static json_t *show_seconds(int64_t ms)
{
	return ms > 0 ? json_real((double)ms / 1000) : json_null();
}

json_t *ctl_show_error(const char *code, const char *message, const char *hint)
{
	return json_pack("{s:{s:s, s:s, s:s}}", "error", "code", code,
			 "message", message, "hint", hint);
}

/* What keeps this node from being a member, or NULL: the "error" that goes
 * along with what there is to show. */
static json_t *show_problem(const struct agent *a)
{
	const char *code, *hint;
	char message[256];

	switch (agent_state(a)) {
	case AGENT_NO_KEY:
		code = "no-key";
		if (a->cluster_error == 0 || a->cluster_error == -ENOENT) {
			snprintf(message, sizeof(message),
				 "this node has no cluster key");
			hint = "boot it from a medium that carries one, put "
			       "one into /etc/tessera/cluster.key, or found a "
			       "cluster with 'tess key new'";
		} else {
			snprintf(message, sizeof(message),
				 "the cluster key from %s is not usable: %s",
				 a->cluster.source,
				 a->cluster_error == -EINVAL ?
					 "it is not 32 bytes as base64" :
					 strerror(-a->cluster_error));
			hint = "put a good one in its place (as 'tess key "
			       "show' prints it on a member)";
		}
		break;
	case AGENT_NO_NETWORK:
		code = "no-network";
		snprintf(message, sizeof(message),
			 "no wired network: no link that is up has an address");
		hint = "plug in a cable; 'ip link' shows the network "
		       "interfaces the kernel knows";
		break;
	case AGENT_JOINING:
	case AGENT_ALONE:
	case AGENT_MEMBER:
		if (a->mesh_error >= 0)
			return NULL;
		code = "no-mesh";
		snprintf(message, sizeof(message),
			 "the encrypted network could not be made: %s",
			 strerror(-a->mesh_error));
		hint = a->mesh_error == -ENOTSUP ?
			       "this kernel has no WireGuard: boot Tessera's" :
			       "the agent's log says more";
		break;
	default:
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s}", "code", code, "message", message,
			 "hint", hint);
}

static json_t *show_interfaces(const struct agent *a)
{
	const struct netmon_address *addresses = NULL;
	size_t n = a->netmon ? netmon_addresses(a->netmon, &addresses) : 0;
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *interface, *entry = NULL;
		size_t at;

		json_array_foreach(list, at, interface) {
			const char *name = json_string_value(
				json_object_get(interface, "name"));

			if (name && strcmp(name, addresses[i].ifname) == 0)
				entry = interface;
		}
		if (!entry) {
			entry = json_pack("{s:s, s:[]}", "name",
					  addresses[i].ifname, "addresses");
			json_array_append_new(list, entry);
		}
		json_array_append_new(json_object_get(entry, "addresses"),
				      show_address(&addresses[i].address));
	}
	return list;
}

/* A node is shown once it has proved to be there: what mDNS alone says could be
 * a recording. Who said goodbye is gone. */
static bool shown(const struct node *n, const struct node *self)
{
	if (n == self)
		return true;
	switch (n->status) {
	case NODE_UP:
	case NODE_SUSPECT:
	case NODE_DOWN:
	case NODE_JOINING:
		return n->proved && n->known;
	case NODE_LEFT:
		return false;
	}
	return false;
}

static json_t *show_summary(const struct agent *a)
{
	struct node *const *nodes = NULL;
	size_t n = a->members ? members_list(a->members, &nodes) : 0;
	const struct node *self = a->members ? members_self(a->members) : NULL;
	int count[NODE_LEFT + 1] = { 0 };

	for (size_t i = 0; i < n; i++)
		if (nodes[i]->status <= NODE_LEFT && shown(nodes[i], self))
			count[nodes[i]->status]++;
	return json_pack("{s:i, s:i, s:i, s:i}", "up", count[NODE_UP],
			 "suspect", count[NODE_SUSPECT], "down",
			 count[NODE_DOWN], "joining", count[NODE_JOINING]);
}

static json_t *show_counters(const struct agent *a)
{
	json_t *counters = json_object();

	for (int i = 0; i < COUNTERS; i++)
		json_object_set_new(counters, counter_names[i],
				    json_integer((json_int_t)a->counters[i]));
	return counters;
}

/* Names come from others: jansson refuses what is not UTF-8. */
static json_t *show_text(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("?");
}

static json_t *show_strangers(const struct agent *a)
{
	json_t *list = json_array();
	int64_t now = agent_now(a);

	for (size_t i = 0; i < a->n_strangers && i < STRANGERS_MAX; i++) {
		const struct stranger *s = &a->strangers[i];

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o, s:I, s:I}", "name",
				  show_text(s->name), "address",
				  show_text(s->address), "reason",
				  show_text(s->reason), "seen",
				  (json_int_t)s->seen, "age",
				  (json_int_t)((now - s->last_ms) / 1000)));
	}
	return list;
}

/* How a part of the agent does: 0, a negative errno, or not tried yet. */
static const char *how(bool started, int error)
{
	if (error == -EINPROGRESS)
		return "starting";
	if (error < 0)
		return strerror(-error);
	return started ? "running" : "not started";
}

/* What root switched on that keeps processes from moving by themselves; the one
 * that forbids most. */
static json_t *show_held(void)
{
	static const char *const switches[] = { "quiet", "stay", "lstay" };

	for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++)
		if (proc_admin(switches[i], 0))
			return json_string(switches[i]);
	return json_null();
}

json_t *ctl_show_status(const struct agent *a)
{
	const struct node *self = a->members ? members_self(a->members) : NULL;
	json_t *status = json_pack(
		"{s:s, s:i, s:o, s:s, s:o, s:o, s:o, s:o}", "state",
		agent_state_name(agent_state(a)), "id",
		self ? members_number(a->members, self) : 0, "name",
		show_text(a->self.info.name), "role", node_role_name(a->role),
		"cluster", show_cluster(a), "address",
		a->has_cluster ? show_address(&a->self.address) : json_null(),
		"interfaces", show_interfaces(a), "nodes", show_summary(a));

	if (!status)
		return NULL;
	json_object_update_new(
		status,
		json_pack("{s:o, s:s, s:s, s:s?, s:o, s:o}", "key_source",
			  a->has_cluster ? show_text(a->cluster.source) :
					   json_null(),
			  "mesh", how(a->mesh, a->mesh ? 0 : a->mesh_error),
			  "firewall",
			  how(a->mesh, a->mesh ? a->firewall_error : 0), "mdns",
			  a->mdns_state, "counters", show_counters(a),
			  "strangers", show_strangers(a)));
	json_object_update_new(
		status,
		json_pack(
			"{s:{s:o, s:o, s:o, s:o}, s:s, s:o, s:I}", "timing",
			"agent_started", show_seconds(a->boot_started),
			"first_address", show_seconds(a->boot_address),
			"member", show_seconds(a->boot_member), "last_change",
			show_seconds(a->boot_changed), "version",
			TESSERA_VERSION, "kernel",
			show_build(a->self.info.build), "uptime",
			(json_int_t)((agent_now(a) - a->boot_started) / 1000)));
	json_object_set_new(status, "balance", json_string(a->balance));
	json_object_set_new(status, "balance_held", show_held());
	json_object_set_new(status, "links",
			    json_string(how(a->links, a->links_error)));
	json_object_set_new(status, "error", show_problem(a));
	return status;
}

struct endpoints {
	struct mesh_peer *peers;
	size_t n, room;
};

static void endpoint_add(const struct mesh_peer *peer, void *userdata)
{
	struct endpoints *all = userdata;

	if (all->n == all->room) {
		size_t room = all->room ? all->room * 2 : 16;
		struct mesh_peer *peers =
			reallocarray(all->peers, room, sizeof(*peers));

		if (!peers)
			return;
		all->peers = peers;
		all->room = room;
	}
	all->peers[all->n++] = *peer;
}

static int compare_keys(const void *a, const void *b)
{
	const struct mesh_peer *p = a, *q = b;

	return memcmp(p->key, q->key, NODE_KEY_SIZE);
}

/* Where WireGuard reaches each peer right now. */
static void endpoints_read(const struct agent *a, struct endpoints *ret)
{
	*ret = (struct endpoints){ 0 };
	if (a->mesh)
		mesh_peers(a->mesh, endpoint_add, ret);
	if (ret->n)
		qsort(ret->peers, ret->n, sizeof(*ret->peers), compare_keys);
}

/* Between the kernels, by which processes move. */
static json_t *show_link(const struct agent *a, const struct node *n)
{
	uint16_t number = members_number(a->members, n);

	if (!a->link_book || !number || n == members_self(a->members))
		return json_null();
	return json_string(link_book_is_up(a->link_book, number) ? "up" :
								   "down");
}

static json_t *show_node(const struct agent *a, const struct node *n,
			 const struct endpoints *all)
{
	bool self = n == members_self(a->members);
	int64_t now = agent_now(a);
	struct mesh_peer wanted, *peer = NULL;
	json_t *node;

	if (all->n && !self) {
		memcpy(wanted.key, n->info.key, NODE_KEY_SIZE);
		peer = bsearch(&wanted, all->peers, all->n, sizeof(wanted),
			       compare_keys);
	}
	node = json_pack("{s:i, s:o, s:s, s:o, s:o, s:s, s:b}", "id",
			 members_number(a->members, n), "name",
			 show_text(n->known ? n->info.name : "?"), "status",
			 node_status_name(n->status), "address",
			 show_address(&n->address), "endpoint",
			 peer ? show_endpoint(&peer->endpoint) : json_null(),
			 "role",
			 n->known ? node_role_name(n->info.role) : "unknown",
			 "self", self);
	json_object_update_new(
		node,
		json_pack("{s:i, s:f, s:f, s:I, s:I, s:I, s:o, s:o, s:I, s:I}",
			  "cpus", n->load.cpus, "load", n->load.load / 100.0,
			  "util", n->load.util / 1000.0, "speed",
			  (json_int_t)n->load.speed, "mem",
			  (json_int_t)n->load.mem_mib << 20, "rmem",
			  (json_int_t)n->load.free_mib << 20, "kernel",
			  show_build(n->info.build), "version",
			  show_text(n->info.version), "age",
			  self	       ? (json_int_t)0 :
			  n->heard > 0 ? (json_int_t)((now - n->heard) / 1000) :
					 (json_int_t)-1,
			  "since", (json_int_t)((now - n->since) / 1000)));
	json_object_update_new(node,
			       json_pack("{s:i, s:f, s:f, s:i, s:b}", "guests",
					 n->load.guests, "guest_load",
					 n->load.guest_load / 100.0, "pressure",
					 n->load.pressure / 1000.0, "room",
					 n->load.room, "leave", n->load.leave));
	json_object_set_new(node, "link", show_link(a, n));
	return node;
}

struct line {
	const struct node *node;
	unsigned int order; /* its number; who has none comes last */
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *p = a, *q = b;

	if (p->order != q->order)
		return p->order < q->order ? -1 : 1;
	return memcmp(&p->node->id, &q->node->id, sizeof(p->node->id));
}

static json_t *show_list(const struct agent *a)
{
	struct node *const *nodes = NULL;
	size_t n = a->members ? members_list(a->members, &nodes) : 0, lines = 0;
	const struct node *self = a->members ? members_self(a->members) : NULL;
	struct line *line = calloc(n ? n : 1, sizeof(*line));
	json_t *list = json_array();
	struct endpoints all;

	for (size_t i = 0; line && i < n; i++) {
		unsigned int number = members_number(a->members, nodes[i]);

		if (shown(nodes[i], self))
			line[lines++] = (struct line){
				nodes[i], number ? number : UINT16_MAX + 1u
			};
	}
	if (lines)
		qsort(line, lines, sizeof(*line), compare_lines);
	endpoints_read(a, &all);
	for (size_t i = 0; i < lines; i++)
		json_array_append_new(list, show_node(a, line[i].node, &all));
	free(all.peers);
	free(line);
	return list;
}

json_t *ctl_show_nodes(const struct agent *a)
{
	json_t *nodes = json_pack("{s:o}", "nodes", show_list(a));

	json_object_set_new(nodes, "error", show_problem(a));
	return nodes;
}

json_t *ctl_show_both(const struct agent *a)
{
	return json_pack("{s:o, s:o}", "status", ctl_show_status(a), "nodes",
			 show_list(a));
}

json_t *ctl_show_key(const struct agent *a, bool with_key)
{
	char key[CLUSTER_KEY_TEXT];
	json_t *reply;

	if (!a->has_cluster)
		return json_pack("{s:o}", "error", show_problem(a));
	reply = json_pack("{s:o, s:o}", "cluster", show_cluster(a), "source",
			  show_text(a->cluster.source));
	if (with_key) {
		cluster_key_format(key, a->cluster.key);
		json_object_set_new(reply, "key", json_string(key));
		explicit_bzero(key, sizeof(key));
	}
	return reply;
}
