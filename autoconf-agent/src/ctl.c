// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The unix socket for tess(1): a line of JSON in, a line of JSON out. Nobody
 * who is slow, silent or rude costs more than his own connection: buffers and
 * numbers are bounded, and nothing here waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "balancer.h"
#include "ctl_request.h"
#include "ctl_show.h"

#define CLIENTS_MAX 32
#define CLIENTS_USERS 24     /* so many of them may be others than root */
#define CLIENTS_USER 16	     /* and one user's */
#define WATCHERS_USER 8	     /* those stay for as long as they like */
#define IDLE_USEC 10000000   /* without a request, or with an answer unread */
#define COALESCE_USEC 250000 /* between two lines to watchers */
#define JSON_STYLE (JSON_COMPACT | JSON_REAL_PRECISION(6))

struct client {
	struct ctl *ctl;
	int fd;
	sd_event_source *io, *idle;
	uid_t uid;
	bool watching;
	bool stale; /* a watcher that must still be told of a change */
	size_t in_len;
	char *out;
	size_t out_len, out_sent;
	char in[CTL_REQUEST_MAX];
};

struct ctl {
	struct agent *agent;
	int fd;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	sd_event_source *io, *change;
	struct client *clients[CLIENTS_MAX];
};

/* The cluster key may be in it. */
static void out_clear(struct client *c)
{
	if (c->out)
		explicit_bzero(c->out, c->out_len);
	free(c->out);
	c->out = NULL;
	c->out_len = c->out_sent = 0;
}

static void client_free(struct client *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (c->ctl->clients[i] == c)
			c->ctl->clients[i] = NULL;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->idle);
	if (c->fd >= 0)
		close(c->fd);
	out_clear(c);
	free(c);
}

/* One line of text for an object, which is released. */
static char *to_line(json_t *object, size_t *ret_len)
{
	char *text = object ? json_dumps(object, JSON_STYLE) : NULL;
	size_t len;

	json_decref(object);
	if (!text)
		return NULL;
	len = strlen(text);
	text[len] = '\n'; /* in place of the NUL */
	*ret_len = len + 1;
	return text;
}

static int on_idle(sd_event_source *s, uint64_t usec, void *userdata)
{
	client_free(userdata);
	return 0;
}

/* The client has so long to do something. A watcher may be silent, but must
 * read. */
static int client_deadline(struct client *c)
{
	if (c->watching && !c->out)
		return sd_event_source_set_enabled(c->idle, SD_EVENT_OFF);
	if (sd_event_source_set_time_relative(c->idle, IDLE_USEC) < 0)
		return -EIO;
	return sd_event_source_set_enabled(c->idle, SD_EVENT_ONESHOT);
}

/* Sends what the socket takes. -EPIPE and the like: drop the client. */
static int client_flush(struct client *c)
{
	while (c->out_sent < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_sent,
				 c->out_len - c->out_sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		c->out_sent += (size_t)n;
	}
	out_clear(c);
	return 0;
}

/* An answer waits to be read, or a request to be answered. */
static bool client_waits(const struct client *c)
{
	return c->out || memchr(c->in, '\n', c->in_len);
}

/* What waits goes on as soon as there is room for an answer; input behind it
 * must not wake us again and again. */
static int client_arm(struct client *c)
{
	return sd_event_source_set_io_events(c->io, client_waits(c) ? EPOLLOUT :
								      EPOLLIN);
}

static int client_say(struct client *c, json_t *object)
{
	int r;

	c->out = to_line(object, &c->out_len);
	if (!c->out)
		return -ENOMEM;
	c->out_sent = 0;
	r = client_flush(c);
	return r < 0 ? r : client_deadline(c);
}

static json_t *not_root(void)
{
	return ctl_show_error("not-root",
			      "only root may see or change the "
			      "cluster key",
			      "try it with sudo");
}

static json_t *key_new(struct agent *a)
{
	int r = agent_reload_key(a);

	if (r == 0 || r == -ENOENT)
		return ctl_show_key(a, false);
	return ctl_show_error("failed", "the agent could not read the new key",
			      strerror(-r));
}

static json_t *best(struct agent *a, pid_t pid)
{
	uint16_t node;
	int r = balancer_best(a->balancer, agent_now(a), pid, &node);

	if (r == 0)
		return json_pack("{s:i, s:i}", "pid", (int)pid, "node",
				 (int)node);
	if (r == -ESRCH)
		return ctl_show_error("no-process", "there is no such process",
				      "ps(1) lists all");
	return ctl_show_error("failed", "the agent cannot tell the best node",
			      strerror(-r));
}

static json_t *watch(struct client *c)
{
	size_t same = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		const struct client *other = c->ctl->clients[i];

		same += other && other != c && other->watching &&
			other->uid == c->uid;
	}
	if (c->uid != 0 && same >= WATCHERS_USER)
		return ctl_show_error("busy",
				      "too many programs of yours watch the "
				      "agent",
				      "end a 'tess top' or 'tess screen'");
	c->watching = true;
	c->stale = false;
	return ctl_show_both(c->ctl->agent);
}

static json_t *answer(struct client *c, const struct ctl_request *request)
{
	struct agent *a = c->ctl->agent;

	switch (request->command) {
	case CTL_STATUS:
		return ctl_show_status(a);
	case CTL_NODES:
		return ctl_show_nodes(a);
	case CTL_KEY_SHOW:
		return c->uid == 0 ? ctl_show_key(a, true) : not_root();
	case CTL_KEY_NEW:
		return c->uid == 0 ? key_new(a) : not_root();
	case CTL_WATCH:
		return watch(c);
	case CTL_BEST:
		return best(a, request->pid);
	}
	return NULL;
}

static int client_request(struct client *c, const char *line, size_t len)
{
	struct ctl_request request;
	int r = ctl_request_parse(line, len, &request);

	if (r == 0)
		return client_say(c, answer(c, &request));
	c->ctl->agent->counters[COUNTER_CTL_MALFORMED]++;
	if (r == -EOPNOTSUPP)
		return client_say(
			c,
			ctl_show_error("bad-request",
				       "the agent does not know this command",
				       "tess and the agent should be of one "
				       "version"));
	return client_say(c,
			  ctl_show_error("bad-request", "not a request in JSON",
					 "see tesserad(8)"));
}

/* The next request, if there is one and the answer before it was read. One at
 * a time: in between it is the turn of others, and of the cluster. */
static int client_next(struct client *c)
{
	char *end = memchr(c->in, '\n', c->in_len);
	size_t used;
	int r;

	if (c->out)
		return 0;
	if (!end) {
		if (c->in_len < sizeof(c->in))
			return 0;
		c->ctl->agent->counters[COUNTER_CTL_MALFORMED]++;
		return -EMSGSIZE;
	}
	r = client_request(c, c->in, (size_t)(end - c->in));
	if (r < 0)
		return r;
	used = (size_t)(end - c->in) + 1;
	memmove(c->in, c->in + used, c->in_len - used);
	c->in_len -= used;
	return 0;
}

static int client_read(struct client *c)
{
	ssize_t n;

	if (client_waits(c) || c->in_len == sizeof(c->in))
		return 0;
	n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len,
		 MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -EPIPE;
	c->in_len += (size_t)n;
	return client_next(c);
}

/* There is room for more: the rest of an answer, what a watcher has missed, or
 * the answer to a request that has waited. */
static int client_write(struct client *c)
{
	int r = client_flush(c);

	if (r < 0 || c->out)
		return r;
	if (c->stale) {
		c->stale = false;
		return client_say(c, ctl_show_both(c->ctl->agent));
	}
	r = client_deadline(c);
	return r < 0 ? r : client_next(c);
}

static int on_client(sd_event_source *s, int fd, uint32_t events,
		     void *userdata)
{
	struct client *c = userdata;
	int r = 0;

	if (events & (EPOLLHUP | EPOLLERR))
		r = -EPIPE;
	if (r == 0 && (events & EPOLLOUT))
		r = client_write(c);
	else if (r == 0 && (events & EPOLLIN))
		r = client_read(c);
	if (r >= 0)
		r = client_arm(c);
	if (r < 0)
		client_free(c);
	return 0;
}

/* A place for a client; some are kept for root and for other users, so that
 * nobody can lock them out. */
static struct client **free_place(struct ctl *ctl, uid_t uid)
{
	struct client **place = NULL;
	size_t users = 0, same = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (!ctl->clients[i]) {
			place = &ctl->clients[i];
			continue;
		}
		users += ctl->clients[i]->uid != 0;
		same += ctl->clients[i]->uid == uid;
	}
	if (uid != 0 && (users >= CLIENTS_USERS || same >= CLIENTS_USER))
		return NULL;
	return place;
}

static int client_new(struct ctl *ctl, int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	struct client **place, *c;
	sd_event *event = ctl->agent->event;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	place = free_place(ctl, peer.uid);
	if (!place)
		return -EBUSY;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->ctl = ctl;
	c->fd = -1;
	c->uid = peer.uid;
	/* The cluster must hear from the node, however much it is asked. */
	if (sd_event_add_io(event, &c->io, fd, EPOLLIN, on_client, c) < 0 ||
	    sd_event_source_set_priority(c->io, SD_EVENT_PRIORITY_IDLE) < 0 ||
	    sd_event_add_time_relative(event, &c->idle, CLOCK_MONOTONIC,
				       IDLE_USEC, 1000000, on_idle, c) < 0) {
		client_free(c);
		return -ENOMEM;
	}
	c->fd = fd;
	*place = c;
	return 0;
}

static int on_connect(sd_event_source *s, int listener, uint32_t events,
		      void *userdata)
{
	static const char busy[] =
		"{\"error\":{\"code\":\"busy\",\"message\":\"the agent has too "
		"many clients\",\"hint\":\"try again in some seconds\"}}\n";
	struct ctl *ctl = userdata;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return 0;
	if (client_new(ctl, fd) < 0) {
		/* A fresh socket takes so little at once; if not, so be it. */
		(void)!send(fd, busy, sizeof(busy) - 1,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
	}
	return 0;
}

/* The agent before this one may have left its socket; but two agents on one
 * machine would fight for everything. */
static int remove_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	r = r == 0 || errno == EAGAIN ? -EADDRINUSE : 0;
	close(fd);
	if (r == 0)
		unlink(address->sun_path);
	return r;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	r = remove_stale(&address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0111); /* everybody may ask; root alone for the key */
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	if (r < 0)
		r = -errno;
	umask(mask);
	if (r == 0 && listen(fd, CLIENTS_MAX) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/* All watchers get the same line; one who has not read the last one yet gets a
 * fresh one when he has. */
static int on_change(sd_event_source *s, uint64_t usec, void *userdata)
{
	struct ctl *ctl = userdata;
	char *line = NULL;
	size_t len = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = ctl->clients[i];

		if (!c || !c->watching)
			continue;
		c->stale = c->out != NULL;
		if (c->stale)
			continue;
		if (!line)
			line = to_line(ctl_show_both(ctl->agent), &len);
		if (!line)
			break;
		c->out = malloc(len);
		if (c->out) {
			memcpy(c->out, line, len);
			c->out_len = len;
			c->out_sent = 0;
		}
		if (!c->out || client_flush(c) < 0 || client_arm(c) < 0 ||
		    client_deadline(c) < 0)
			client_free(c);
	}
	free(line);
	return 0;
}

int ctl_new(struct ctl **ret, struct agent *a, const char *path)
{
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int r;

	if (!ctl)
		return -ENOMEM;
	ctl->agent = a;
	r = ctl->fd = listen_at(path);
	if (r >= 0) {
		strcpy(ctl->path, path);
		r = sd_event_add_io(a->event, &ctl->io, ctl->fd, EPOLLIN,
				    on_connect, ctl);
	}
	if (r >= 0)
		r = sd_event_add_time(a->event, &ctl->change, CLOCK_MONOTONIC,
				      0, COALESCE_USEC / 4, on_change, ctl);
	if (r >= 0)
		r = sd_event_source_set_enabled(ctl->change, SD_EVENT_OFF);
	if (r < 0) {
		ctl_free(ctl);
		return r;
	}
	*ret = ctl;
	return 0;
}

void ctl_free(struct ctl *ctl)
{
	if (!ctl)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_free(ctl->clients[i]);
	sd_event_source_disable_unref(ctl->io);
	sd_event_source_disable_unref(ctl->change);
	if (ctl->fd >= 0)
		close(ctl->fd);
	if (ctl->path[0])
		unlink(ctl->path);
	free(ctl);
}

void ctl_changed(struct ctl *ctl)
{
	int state;
	bool watched = false;

	if (!ctl)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		watched |= ctl->clients[i] && ctl->clients[i]->watching;
	/* One that is on its way brings this change too. */
	if (!watched || sd_event_source_get_enabled(ctl->change, &state) < 0 ||
	    state != SD_EVENT_OFF)
		return;
	if (sd_event_source_set_time_relative(ctl->change, COALESCE_USEC) >= 0)
		sd_event_source_set_enabled(ctl->change, SD_EVENT_ONESHOT);
}
