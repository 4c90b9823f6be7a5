// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections between kernels: dialed when a process wants to go somewhere,
 * accepted from members only.
 */
#include "links.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"

#define DIALS_MAX 32
#define DIAL_US (5 * 1000000ULL)
#define BURST 16 /* accepted at once */

/* A connection that is being made. */
struct dial {
	struct links *links;
	uint16_t number; /* 0: free */
	struct node_id id;
	int fd;
	sd_event_source *io, *timer;
};

struct links {
	struct agent *agent;
	int fd;
	sd_event_source *source;
	struct dial dials[DIALS_MAX];
};

static const struct node *find_number(struct agent *a, uint16_t number)
{
	struct node *const *list;
	size_t count = members_list(a->members, &list);

	for (size_t i = 0; i < count; i++)
		if (list[i]->claim.number == number &&
		    members_number(a->members, list[i]) == number)
			return list[i];
	return NULL;
}

/* May there be a link? Who may not is counted, and another build told. */
static enum link_verdict judge(struct agent *a, const struct node *n)
{
	uint16_t number = n ? members_number(a->members, n) : 0;
	enum link_verdict verdict =
		link_judge(members_self(a->members), n, number);

	switch (verdict) {
	case LINK_ALLOWED:
		break;
	case LINK_STRANGER:
		a->counters[COUNTER_LINK_STRANGER]++;
		break;
	case LINK_OTHER_BUILD:
		a->counters[COUNTER_LINK_REFUSED]++;
		if (link_book_refusal_is_news(a->link_book, number, &n->id))
			agent_log(
				LOG_WARNING,
				"node %u \"%s\" runs another kernel build: processes cannot move there; boot both from the same image",
				number, n->info.name);
		break;
	}
	return verdict;
}

static int hand_over(struct agent *a, int fd, const struct node *n,
		     enum tessera_link_role role)
{
	uint16_t number = members_number(a->members, n);
	const int on = 1;
	int r;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		return -errno;
	r = kernel_link(a->kernel, fd, number, role);
	if (r == -ENOENT) {
		/* What is known of a node may have come after its status. */
		agent_hand_nodes(a);
		r = kernel_link(a->kernel, fd, number, role);
	}
	if (r < 0)
		agent_log(LOG_WARNING,
			  "the kernel refuses the link to node %u \"%s\": %s",
			  number, n->info.name, strerror(-r));
	return r;
}

/* --- dialing --- */

static void dial_end(struct dial *d)
{
	sd_event_source_disable_unref(d->io);
	sd_event_source_disable_unref(d->timer);
	if (d->fd >= 0)
		close(d->fd);
	*d = (struct dial){ .links = d->links, .fd = -1 };
}

static void dial_failed(struct dial *d, int error)
{
	struct agent *a = d->links->agent;

	a->counters[COUNTER_LINK_FAILED]++;
	agent_log(LOG_INFO, "no link to node %u: %s", d->number,
		  strerror(error));
	kernel_failed(a->kernel, d->number, 0, TESSERA_REASON_NO_LINK);
	dial_end(d);
}

static int on_connected(sd_event_source *s, int fd, uint32_t revents,
			void *userdata)
{
	struct dial *d = userdata;
	struct agent *a = d->links->agent;
	const struct node *n = members_find(a->members, &d->id);
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error) {
		dial_failed(d, error);
		return 0;
	}
	/* It may have lost its number, or its life, meanwhile. */
	if (judge(a, n) == LINK_ALLOWED &&
	    members_number(a->members, n) == d->number &&
	    hand_over(a, fd, n, TESSERA_LINK_HOME) == 0)
		a->counters[COUNTER_LINK_DIALED]++;
	else
		kernel_failed(a->kernel, d->number, 0, TESSERA_REASON_NO_LINK);
	dial_end(d);
	return 0;
}

static int on_late(sd_event_source *s, uint64_t usec, void *userdata)
{
	dial_failed(userdata, ETIMEDOUT);
	return 0;
}

/* The dial to a node that is under way; to node 0: a free place. */
static struct dial *dial_to(struct links *links, uint16_t number)
{
	for (size_t i = 0; i < DIALS_MAX; i++)
		if (links->dials[i].number == number)
			return &links->dials[i];
	return NULL;
}

static void dial(struct links *links, uint16_t number)
{
	struct agent *a = links->agent;
	const struct node *n = find_number(a, number);
	enum link_verdict verdict = judge(a, n);
	struct dial *d = dial_to(links, 0);
	int r;

	if (verdict != LINK_ALLOWED) {
		kernel_failed(a->kernel, number, 0, link_refusal(verdict));
		return;
	}
	if (dial_to(links, number))
		return;
	if (!d) {
		a->counters[COUNTER_LINK_FAILED]++;
		kernel_failed(a->kernel, number, 0, TESSERA_REASON_FULL);
		return;
	}
	d->number = number;
	d->id = n->id;
	r = d->fd = mesh_connect(a->mesh, &n->address, AGENT_LINK_PORT);
	if (r >= 0)
		r = sd_event_add_io(a->event, &d->io, d->fd, EPOLLOUT,
				    on_connected, d);
	if (r >= 0)
		r = sd_event_add_time_relative(a->event, &d->timer,
					       CLOCK_MONOTONIC, DIAL_US, 0,
					       on_late, d);
	if (r < 0)
		dial_failed(d, -r);
}

/* --- accepting --- */

static void accepted(struct agent *a, int fd, const struct sockaddr_in6 *from)
{
	const struct node *n = NULL;
	struct node_id id;

	/* WireGuard proved that the caller owns this address. */
	if (cluster_address_id(&a->cluster, &from->sin6_addr, &id) == 0)
		n = members_find(a->members, &id);
	if (judge(a, n) == LINK_ALLOWED &&
	    hand_over(a, fd, n, TESSERA_LINK_HOST) == 0)
		a->counters[COUNTER_LINK_ACCEPTED]++;
}

static int on_caller(sd_event_source *s, int listener, uint32_t revents,
		     void *userdata)
{
	struct links *links = userdata;

	for (int i = 0; i < BURST; i++) {
		struct sockaddr_in6 from = { 0 };
		socklen_t size = sizeof(from);
		int fd = accept4(listener, (struct sockaddr *)&from, &size,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			break;
		accepted(links->agent, fd, &from);
		close(fd);
	}
	return 0;
}

/* --- what the kernel tells --- */

/* To: our processes go there; from: the node's come here. */
static void log_link(struct agent *a, const struct tessera_event *event)
{
	const struct node *n =
		a->members ? find_number(a, (uint16_t)event->node) : NULL;
	const char *name = n && n->known ? n->info.name : "?";
	const char *way = event->id == TESSERA_LINK_HOST ? "from" : "to";
	const char *words = link_reason(event->reason);

	if (event->type == TESSERA_EVENT_LINK_UP)
		agent_log(LOG_NOTICE, "link %s node %u \"%s\" is up", way,
			  event->node, name);
	else if (words)
		agent_log(LOG_NOTICE, "link %s node %u \"%s\" is down: %s", way,
			  event->node, name, words);
	else
		agent_log(LOG_NOTICE,
			  "link %s node %u \"%s\" is down: reason %u", way,
			  event->node, name, event->reason);
}

void links_event(const struct tessera_event *event, void *userdata)
{
	struct agent *a = userdata;
	uint16_t number = (uint16_t)event->node;

	switch ((enum tessera_event_type)event->type) {
	case TESSERA_EVENT_WANTED:
		if (a->links)
			dial(a->links, number);
		else if (a->kernel)
			kernel_failed(a->kernel, number, 0,
				      TESSERA_REASON_NO_LINK);
		break;
	case TESSERA_EVENT_LINK_UP:
		link_book_up(a->link_book, number);
		log_link(a, event);
		break;
	case TESSERA_EVENT_LINK_DOWN:
		link_book_down(a->link_book, number);
		log_link(a, event);
		break;
	case TESSERA_EVENT_GONE:
		link_book_forget(a->link_book, number);
		break;
	case TESSERA_EVENT_OVERFLOW:
		agent_log(LOG_WARNING, "%u events of the kernel were lost",
			  event->node);
		break;
	case TESSERA_EVENT_UP:
	case TESSERA_EVENT_SUSPECT:
	case TESSERA_EVENT_DOWN:
	case TESSERA_EVENT_SELF:
	case TESSERA_EVENT_GUEST:
	case TESSERA_EVENT_MOVED:
	case TESSERA_EVENT_STAYED:
		break; /* others' business */
	}
}

/* --- life --- */

int links_new(struct links **ret, struct agent *a)
{
	struct links *links = calloc(1, sizeof(*links));
	int r;

	if (!links)
		return -ENOMEM;
	links->agent = a;
	for (size_t i = 0; i < DIALS_MAX; i++)
		links->dials[i] = (struct dial){ .links = links, .fd = -1 };
	r = links->fd = mesh_listen(a->mesh, AGENT_LINK_PORT, DIALS_MAX);
	if (r >= 0)
		r = sd_event_add_io(a->event, &links->source, links->fd,
				    EPOLLIN, on_caller, links);
	if (r < 0) {
		links_free(links);
		return r;
	}
	*ret = links;
	return 0;
}

void links_free(struct links *links)
{
	if (!links)
		return;
	for (size_t i = 0; i < DIALS_MAX; i++)
		dial_end(&links->dials[i]);
	sd_event_source_disable_unref(links->source);
	if (links->fd >= 0)
		close(links->fd);
	free(links);
}
