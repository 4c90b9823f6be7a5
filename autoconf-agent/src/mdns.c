// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Avahi client: one entry group (our record), one browser, one resolver for
 * each announcement on each link. A resolver stays open, so that changed
 * records are seen.
 */
#include "mdns.h"

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "avahi_poll.h"
#include "reach.h"

/* avahi-daemon gives a client 1,024 objects. */
#define SERVICES_MAX 960
#define AVAHI_LABEL_SIZE 64

/* A record may run ahead of its announcement's addresses for a moment. */
#define MISMATCH_MS 8000

struct service {
	struct service *next;
	struct mdns *mdns;
	AvahiIfIndex interface;
	AvahiProtocol protocol;
	char name[AVAHI_LABEL_SIZE];
	AvahiServiceResolver *resolver;
	bool proved;
	struct announce announce;
	struct in6_addr resolved; /* on this interface; unsigned */
	char address[AVAHI_ADDRESS_STR_MAX];
	int64_t mismatch; /* since when its address is not announced; 0 */
};

struct mdns {
	struct agent *agent;
	AvahiPoll poll;
	AvahiClient *client;
	AvahiEntryGroup *group;
	AvahiServiceBrowser *browser;
	char *name; /* of our service, changes on collisions */
	struct service *services;
	size_t n_services;
	bool announced, listened;
	bool disconnected;
};

static void service_free(struct service *s)
{
	if (s->resolver)
		avahi_service_resolver_free(s->resolver);
	free(s);
}

static void offer(struct service *s)
{
	struct agent *a = s->mdns->agent;
	struct sockaddr_in6 endpoints[NODE_ENDPOINTS];
	struct node *node;
	size_t count = 0;

	if (!s->proved || !a->members)
		return;
	node = members_introduce(a->members, agent_now(a), &s->announce.info);
	if (!node)
		return;
	for (size_t i = 0; i < s->announce.n_addresses; i++) {
		struct sockaddr_in6 *e = &endpoints[count++];

		*e = (struct sockaddr_in6){
			.sin6_family = AF_INET6,
			.sin6_addr = s->announce.addresses[i],
			.sin6_port = htons(s->announce.port),
		};
		if (IN6_IS_ADDR_LINKLOCAL(&e->sin6_addr))
			e->sin6_scope_id = (uint32_t)s->interface;
		if (IN6_ARE_ADDR_EQUAL(&e->sin6_addr, &s->resolved))
			reach_seen(a, node, e, (uint32_t)s->interface);
	}
	reach_offer(a, node, endpoints, count);
	agent_wake(a);
}

static struct in6_addr in6_of(const AvahiAddress *address)
{
	struct in6_addr in = { 0 };

	if (address->proto == AVAHI_PROTO_INET6) {
		memcpy(&in, &address->data.ipv6, 16);
	} else {
		memset(&in.s6_addr[10], 0xff, 2);
		memcpy(&in.s6_addr[12], &address->data.ipv4, 4);
	}
	return in;
}

static bool announced(const struct announce *a, const struct in6_addr *address)
{
	if (a->n_addresses == NODE_ENDPOINTS)
		return true; /* it may have more than a record can tell */
	if (!IN6_IS_ADDR_V4MAPPED(address) && !IN6_IS_ADDR_LINKLOCAL(address))
		return true;
	for (size_t i = 0; i < a->n_addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&a->addresses[i], address))
			return true;
	return false;
}

static const char *reason(enum announce_verdict verdict)
{
	switch (verdict) {
	case ANNOUNCE_OK:
		break;
	case ANNOUNCE_MALFORMED:
		return "malformed announcement";
	case ANNOUNCE_OVERSIZED:
		return "oversized announcement";
	case ANNOUNCE_KEYLESS:
		return "has no cluster key";
	case ANNOUNCE_FOREIGN:
		return "has another cluster key";
	case ANNOUNCE_FORGED:
		return "forged announcement of this cluster";
	}
	return "";
}

static void count(struct agent *a, enum announce_verdict verdict)
{
	switch (verdict) {
	case ANNOUNCE_OK:
		break;
	case ANNOUNCE_MALFORMED:
		a->counters[COUNTER_MDNS_MALFORMED]++;
		break;
	case ANNOUNCE_OVERSIZED:
		a->counters[COUNTER_MDNS_OVERSIZED]++;
		break;
	case ANNOUNCE_KEYLESS:
	case ANNOUNCE_FOREIGN:
	case ANNOUNCE_FORGED:
		a->counters[COUNTER_MDNS_FOREIGN]++;
		break;
	}
}

static void resolved(struct service *s, const AvahiAddress *address,
		     AvahiStringList *txt)
{
	struct agent *a = s->mdns->agent;
	uint8_t data[ANNOUNCE_MAX];
	struct announce announce = { 0 };
	enum announce_verdict verdict = ANNOUNCE_OVERSIZED;

	a->counters[COUNTER_MDNS_SEEN]++;
	avahi_address_snprint(s->address, sizeof(s->address), address);
	if (avahi_string_list_serialize(txt, NULL, 0) <= sizeof(data)) {
		size_t len =
			avahi_string_list_serialize(txt, data, sizeof(data));

		verdict = announce_decode(&announce, data, len,
					  a->has_cluster ? &a->cluster : NULL);
	}
	s->proved = verdict == ANNOUNCE_OK;
	count(a, verdict);
	if (!s->proved) {
		/* Without a key we know nobody, and everybody is a stranger. */
		if (a->has_cluster)
			agent_stranger(a,
				       announce.info.name[0] ?
					       announce.info.name :
					       s->name,
				       s->address, reason(verdict));
		return;
	}
	s->announce = announce;
	s->resolved = in6_of(address);
	if (announced(&announce, &s->resolved))
		s->mismatch = 0;
	else if (!s->mismatch)
		s->mismatch = agent_now(a);
	offer(s);
}

static void on_resolve(AvahiServiceResolver *r, AvahiIfIndex interface,
		       AvahiProtocol protocol, AvahiResolverEvent event,
		       const char *name, const char *type, const char *domain,
		       const char *host, const AvahiAddress *address,
		       uint16_t port, AvahiStringList *txt,
		       AvahiLookupResultFlags flags, void *userdata)
{
	struct service *s = userdata;

	(void)r, (void)interface, (void)protocol, (void)name, (void)type;
	(void)domain, (void)host, (void)port, (void)flags;
	if (event == AVAHI_RESOLVER_FOUND)
		resolved(s, address, txt);
	/* A failure is a time-out; the open resolver goes on listening. */
}

static struct service **find(struct mdns *m, AvahiIfIndex interface,
			     AvahiProtocol protocol, const char *name)
{
	struct service **s = &m->services;

	while (*s &&
	       ((*s)->interface != interface || (*s)->protocol != protocol ||
		strcmp((*s)->name, name) != 0))
		s = &(*s)->next;
	return s;
}

static void appeared(struct mdns *m, AvahiIfIndex interface,
		     AvahiProtocol protocol, const char *name, const char *type,
		     const char *domain)
{
	struct service *s;

	if (*find(m, interface, protocol, name))
		return;
	if (m->n_services >= SERVICES_MAX) {
		m->agent->counters[COUNTER_MDNS_OVERSIZED]++;
		return;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return;
	s->mdns = m;
	s->interface = interface;
	s->protocol = protocol;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->resolver = avahi_service_resolver_new(m->client, interface, protocol,
						 name, type, domain, protocol,
						 0, on_resolve, s);
	if (!s->resolver) {
		free(s);
		return;
	}
	s->next = m->services;
	m->services = s;
	m->n_services++;
}

/* Others have heard of us, and we of them. */
static void ready(struct mdns *m)
{
	if (!m->announced || !m->listened || m->agent->mdns_ready)
		return;
	m->agent->mdns_ready = true;
	agent_start_joining(m->agent);
	agent_wake(m->agent);
}

static void on_browse(AvahiServiceBrowser *b, AvahiIfIndex interface,
		      AvahiProtocol protocol, AvahiBrowserEvent event,
		      const char *name, const char *type, const char *domain,
		      AvahiLookupResultFlags flags, void *userdata)
{
	struct mdns *m = userdata;
	struct service **link, *s;

	(void)b;
	switch (event) {
	case AVAHI_BROWSER_NEW:
		if (!(flags & AVAHI_LOOKUP_RESULT_OUR_OWN))
			appeared(m, interface, protocol, name, type, domain);
		break;
	case AVAHI_BROWSER_REMOVE:
		link = find(m, interface, protocol, name);
		s = *link;
		if (!s)
			break;
		*link = s->next;
		m->n_services--;
		service_free(s);
		break;
	case AVAHI_BROWSER_FAILURE:
		m->disconnected = true; /* mdns_tick() begins again */
		break;
	case AVAHI_BROWSER_ALL_FOR_NOW:
		m->listened = true;
		ready(m);
		break;
	case AVAHI_BROWSER_CACHE_EXHAUSTED:
		break;
	}
}

static void publish(struct mdns *m, bool again);

static void on_group(AvahiEntryGroup *g, AvahiEntryGroupState state,
		     void *userdata)
{
	struct mdns *m = userdata;
	char *name;

	m->group = g;
	switch (state) {
	case AVAHI_ENTRY_GROUP_COLLISION:
		name = avahi_alternative_service_name(m->name);
		if (name) {
			avahi_free(m->name);
			m->name = name;
		}
		publish(m, true);
		break;
	case AVAHI_ENTRY_GROUP_FAILURE:
		m->disconnected = true;
		break;
	case AVAHI_ENTRY_GROUP_ESTABLISHED:
		m->agent->mdns_state = "announced";
		m->announced = true;
		ready(m);
		break;
	case AVAHI_ENTRY_GROUP_UNCOMMITED:
	case AVAHI_ENTRY_GROUP_REGISTERING:
		break;
	}
}

static AvahiStringList *record(struct agent *a)
{
	const struct netmon_address *own;
	struct announce announce = { .info = a->self.info, .port = MESH_PORT };
	size_t n = netmon_addresses(a->netmon, &own);
	uint8_t data[ANNOUNCE_MAX];
	AvahiStringList *list = NULL;
	int len;

	for (size_t i = 0; i < n && announce.n_addresses < NODE_ENDPOINTS; i++)
		announce.addresses[announce.n_addresses++] = own[i].address;
	len = announce_encode(data, &announce,
			      a->has_cluster ? &a->cluster : NULL);
	if (len < 0 || avahi_string_list_parse(data, (size_t)len, &list) < 0)
		return NULL;
	return list;
}

/* Announces the record, or only its new content; again: from the start. */
static void publish(struct mdns *m, bool again)
{
	AvahiStringList *txt;
	AvahiClientState state;
	int r = 0;

	if (!m->client)
		return;
	/* While the daemon still registers its host name, a service may already
	 * be added: both are announced together. */
	state = avahi_client_get_state(m->client);
	if (state != AVAHI_CLIENT_S_RUNNING &&
	    state != AVAHI_CLIENT_S_REGISTERING)
		return;
	txt = record(m->agent);
	if (!txt)
		return;
	if (!m->group) {
		m->group = avahi_entry_group_new(m->client, on_group, m);
		again = true;
	}
	if (!m->group)
		goto out;
	if (!again && !avahi_entry_group_is_empty(m->group)) {
		r = avahi_entry_group_update_service_txt_strlst(
			m->group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0,
			m->name, ANNOUNCE_SERVICE, NULL, txt);
		goto out;
	}
	avahi_entry_group_reset(m->group);
	r = avahi_entry_group_add_service_strlst(m->group, AVAHI_IF_UNSPEC,
						 AVAHI_PROTO_UNSPEC, 0, m->name,
						 ANNOUNCE_SERVICE, NULL, NULL,
						 MESH_PORT, txt);
	if (r >= 0)
		r = avahi_entry_group_commit(m->group);
out:
	if (r < 0)
		agent_log(LOG_WARNING, "mDNS: cannot announce: %s",
			  avahi_strerror(r));
	avahi_string_list_free(txt);
}

static void forget_services(struct mdns *m)
{
	while (m->services) {
		struct service *s = m->services;

		m->services = s->next;
		service_free(s);
	}
	m->n_services = 0;
}

static void on_client(AvahiClient *client, AvahiClientState state,
		      void *userdata)
{
	struct mdns *m = userdata;

	m->client = client; /* called before avahi_client_new() returns */
	switch (state) {
	case AVAHI_CLIENT_S_RUNNING:
	case AVAHI_CLIENT_S_REGISTERING:
		m->agent->mdns_state = "running";
		if (!m->browser)
			m->browser = avahi_service_browser_new(
				client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
				ANNOUNCE_SERVICE, NULL, 0, on_browse, m);
		publish(m, false);
		break;
	case AVAHI_CLIENT_S_COLLISION:
		/* The daemon drops our records while it renames its host. */
		if (m->group)
			avahi_entry_group_reset(m->group);
		break;
	case AVAHI_CLIENT_CONNECTING:
		m->agent->mdns_state = "waiting for avahi-daemon";
		break;
	case AVAHI_CLIENT_FAILURE:
		if (!m->disconnected)
			agent_log(LOG_WARNING,
				  "mDNS: avahi-daemon is gone (%s); waiting",
				  avahi_strerror(avahi_client_errno(client)));
		m->agent->mdns_state = "waiting for avahi-daemon";
		m->disconnected = true;
		break;
	}
}

static void disconnect(struct mdns *m)
{
	forget_services(m);
	if (m->client)
		avahi_client_free(m->client); /* frees what hangs on it */
	m->client = NULL;
	m->group = NULL;
	m->browser = NULL;
	m->disconnected = false;
}

/* Waits for a daemon that is not there yet; only the bus must exist. */
static void connect_client(struct mdns *m)
{
	int error;

	if (!avahi_client_new(&m->poll, AVAHI_CLIENT_NO_FAIL, on_client, m,
			      &error)) {
		m->client = NULL;
		m->agent->mdns_state = "waiting for the message bus";
	}
}

int mdns_new(struct mdns **ret, struct agent *a)
{
	struct mdns *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->agent = a;
	avahi_poll_init(&m->poll, a->event);
	*ret = m;
	mdns_update(m);
	return 0;
}

void mdns_free(struct mdns *m)
{
	if (!m)
		return;
	disconnect(m);
	avahi_free(m->name);
	free(m);
}

void mdns_update(struct mdns *m)
{
	struct agent *a = m->agent;
	char name[AVAHI_LABEL_SIZE];
	bool renamed;

	/* Different even where two PCs have one name. */
	snprintf(name, sizeof(name), "%.48s-%02x%02x", a->self.info.name,
		 a->self.id.bytes[0], a->self.id.bytes[1]);
	renamed = !m->name || strncmp(m->name, name, strlen(name)) != 0;
	if (renamed) {
		avahi_free(m->name);
		m->name = avahi_strdup(name);
	}
	if (!m->client)
		connect_client(m);
	else
		publish(m, renamed);
}

void mdns_renew(struct mdns *m)
{
	disconnect(m);
	m->announced = m->listened = m->agent->mdns_ready = false;
	mdns_update(m);
}

void mdns_tick(struct mdns *m, int64_t now)
{
	if (m->disconnected)
		disconnect(m);
	if (!m->client)
		connect_client(m);
	for (struct service *s = m->services; s; s = s->next) {
		offer(s);
		if (!s->proved || !s->mismatch ||
		    now - s->mismatch < MISMATCH_MS)
			continue;
		m->agent->counters[COUNTER_MDNS_REPLAYED]++;
		agent_stranger(m->agent, s->name, s->address,
			       "replays a member's announcement");
	}
}
