// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent: brings the modules up in their order, keeps time, and tells the
 * kernel what the others are.
 */
#include "agent.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "balancer.h"
#include "image.h"
#include "links.h"
#include "mdns.h"
#include "membership.h"
#include "proc.h"
#include "reach.h"

#define MDNS_MS 5000
#define RETRY_MS 5000
#define SPEED_MS 8000 /* then 16 s, 32 s, … */
#define SPEED_LOOKS 6
#define DEAF_MS 30000 /* without avahi-daemon: begin all the same */
#define SLACK_US 1000 /* so much later a timer may go off */

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
	[COUNTER_BALANCE_MOVED] = "balance_moved",
	[COUNTER_BALANCE_REFUSED] = "balance_refused",
};

/* A clock when the event loop woke: it has asked already. */
static int64_t clock_ms(const struct agent *a, clockid_t clock)
{
	uint64_t us = 0;

	(void)sd_event_now(a->event, clock, &us);
	return (int64_t)(us / 1000);
}

int64_t agent_now(const struct agent *a)
{
	return clock_ms(a, CLOCK_BOOTTIME);
}

uint64_t agent_real_ms(const struct agent *a)
{
	return (uint64_t)clock_ms(a, CLOCK_REALTIME);
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

/* Measured several times, further and further apart: the best counts. */
static uint32_t speed(struct agent *a, int64_t now)
{
	if (a->speed_looks < SPEED_LOOKS && now >= a->next_speed) {
		a->speed = load_speed(a->speed_looks > 0);
		a->next_speed = now + (SPEED_MS << a->speed_looks);
		a->speed_looks++;
	}
	return a->speed;
}

/* 0: root leaves it to us. */
static int64_t admin_number(const char *name, int64_t otherwise)
{
	int64_t value = proc_admin(name, 0);

	return value > 0 && value <= UINT32_MAX ? value : otherwise;
}

/* What is done once a second; when late, the next is a second from now. */
static void second(struct agent *a, int64_t now)
{
	struct guests_measure guests;
	struct node_load load = { 0 };

	a->next_second += AGENT_SECOND_MS;
	if (a->next_second <= now)
		a->next_second = now + AGENT_SECOND_MS;

	if (!a->members && now >= a->next_key) {
		a->next_key = now + RETRY_MS;
		membership_start(a);
	}
	if (now >= a->next_mdns) {
		a->next_mdns = now + MDNS_MS;
		mdns_tick(a->mdns, now);
		membership_tend(a);
	}
	if (!a->members)
		return;
	agent_start_joining(a);
	a->guests.decay = admin_number("decay", 0) * 1000;
	load_set_decay(a->load, a->guests.decay);
	guests = guests_measure(&a->guests, now);
	if (load_measure(a->load, now, &guests, &load) == 0) {
		load.speed = (uint32_t)admin_number("speed", speed(a, now));
		balancer_host(a->balancer, &load);
		members_set_load(a->members, now, &load);
		balancer_second(a->balancer, now, &load);
	}
	agent_hand_nodes(a);
	save_identity(a);
}

void agent_tick(struct agent *a)
{
	int64_t now = agent_now(a), next;

	if (now >= a->next_second)
		second(a, now);
	next = a->next_second;
	if (a->members) {
		int64_t due =
			now + members_tick(a->members, now, agent_real_ms(a));

		if (due < next)
			next = due;
		reach_tick(a, now);
	}
	/* The same time again is no system call. */
	sd_event_source_set_time(a->timer, (uint64_t)next * 1000);
	sd_event_source_set_enabled(a->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata)
{
	agent_tick(userdata);
	return 0;
}

void agent_wake(struct agent *a)
{
	sd_event_source_set_time(a->timer, 0);
	sd_event_source_set_enabled(a->timer, SD_EVENT_ONESHOT);
}

void agent_start_joining(struct agent *a)
{
	int64_t now = agent_now(a);

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

int agent_reload_key(struct agent *a)
{
	agent_leave(a);
	membership_stop(a);
	/* A new cluster, a new node: the old key pair was another's member. */
	unlink(a->state_file);
	a->boot_member = 0;
	a->n_strangers = 0;
	membership_start(a);
	if (!a->members)
		mdns_renew(a->mdns);
	ctl_changed(a->ctl);
	return a->cluster_error;
}

void agent_leave(struct agent *a)
{
	if (!a->members)
		return;
	members_leave(a->members, agent_now(a));
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
	a->boot_started = agent_now(a);
	a->mesh_error = a->cluster_error = 1; /* not tried yet */
	if (!a->state_file)
		a->state_file = AGENT_RUNTIME_DIR "/identity";
	if (sodium_init() < 0)
		return -EIO;
	r = load_new(&a->load, "");
	if (r < 0)
		return r;
	open_kernel(a);
	r = balancer_new(&a->balancer, a);
	if (r < 0)
		return r;
	a->next_second = a->boot_started + AGENT_SECOND_MS;
	r = sd_event_add_time(a->event, &a->timer, CLOCK_BOOTTIME,
			      (uint64_t)a->next_second * 1000, SLACK_US,
			      on_timer, a);
	if (r >= 0)
		r = ctl_new(&a->ctl, a, AGENT_RUNTIME_DIR "/ctl");
	if (r >= 0)
		r = netmon_new(&a->netmon, a->event, on_addresses, a);
	if (r < 0)
		return r;
	a->next_key = a->boot_started + RETRY_MS;
	membership_start(a);
	if (!a->has_cluster)
		membership_stranger(a);
	return mdns_new(&a->mdns, a);
}

void agent_finish(struct agent *a)
{
	mdns_free(a->mdns);
	balancer_free(a->balancer);
	membership_stop(a);
	ctl_free(a->ctl);
	netmon_free(a->netmon);
	load_free(a->load);
	guests_free(&a->guests);
	kernel_close(a->kernel);
	link_book_free(a->link_book);
	sd_event_source_disable_unref(a->timer);
	identity_destroy(&a->self);
	cluster_destroy(&a->cluster);
}
