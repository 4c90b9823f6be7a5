// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tessera-cage: the kernel asks for guests, a cage for each node makes them.
 */
#include "cage.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "conf.h"
#include "kernel.h"
#include "log.h"
#include "program.h"

#define CAGES_MAX 256
#define CGROUP "/sys/fs/cgroup"
/* An idle cage that got a request meanwhile is not. */
#define REQUEST_US (5 * 1000000ULL)

struct cage {
	struct cages *all;
	pid_t pid; /* 0: free */
	uint16_t node;
	int socket;    /* -1: is being closed */
	uint64_t used; /* CLOCK_MONOTONIC, us: the last request */
	sd_event_source *reports, *end;
};

struct cages {
	sd_event *event;
	struct kernel *kernel;
	int groups;
	struct cage list[CAGES_MAX];
};

static uint64_t now(const struct cages *all)
{
	uint64_t us = 0;

	sd_event_now(all->event, CLOCK_MONOTONIC, &us);
	return us;
}

/* Without its socket PID 1 ends, and with it all guests. */
static void hang_up(struct cage *c)
{
	c->reports = sd_event_source_disable_unref(c->reports);
	if (c->socket >= 0)
		close(c->socket);
	c->socket = -1;
}

static void forget(struct cage *c)
{
	hang_up(c);
	sd_event_source_disable_unref(c->end);
	cage_group_remove(c->all->groups, c->node);
	*c = (struct cage){ .all = c->all, .socket = -1 };
}

static int on_end(sd_event_source *s, const siginfo_t *info, void *userdata)
{
	struct cage *c = userdata;

	if (c->socket >= 0)
		agent_log(LOG_WARNING,
			  "the cage of node %u ended, and with it its guests",
			  c->node);
	forget(c);
	return 0;
}

/* A process's name comes from its home. */
static void clean(char name[16])
{
	for (size_t i = 0; i < 16 && name[i]; i++)
		if (name[i] < ' ' || name[i] > '~')
			name[i] = '?';
}

static void take_report(struct cage *c, struct cage_report *r)
{
	clean(r->comm);
	if (!r->what[0]) {
		if (now(c->all) - c->used > REQUEST_US)
			hang_up(c);
	} else if (r->pid) {
		agent_log(
			LOG_WARNING,
			"node %u's process %d (%.16s) cannot come here: %.32s: %s",
			c->node, r->pid, r->comm, r->what, strerror(r->error));
	} else {
		agent_log(LOG_ERR, "no cage for node %u: %.32s: %s", c->node,
			  r->what, strerror(r->error));
	}
}

static int on_report(sd_event_source *s, int fd, uint32_t revents,
		     void *userdata)
{
	struct cage *c = userdata;
	struct cage_report r;
	ssize_t n = recv(fd, &r, sizeof(r), MSG_DONTWAIT);

	if (n == sizeof(r))
		take_report(c, &r);
	else if (n == 0) /* its end is told by on_end() */
		sd_event_source_set_enabled(s, SD_EVENT_OFF);
	return 0;
}

/* The cage of a node, or a free place. */
static struct cage *find(struct cages *all, uint16_t node)
{
	struct cage *place = NULL;

	for (size_t i = 0; i < CAGES_MAX; i++) {
		struct cage *c = &all->list[i];

		if (c->pid && c->node == node && c->socket >= 0)
			return c;
		if (!c->pid && !place)
			place = c;
	}
	return place;
}

static int watch(struct cage *c)
{
	int r = sd_event_add_io(c->all->event, &c->reports, c->socket, EPOLLIN,
				on_report, c);

	if (r < 0)
		return r;
	return sd_event_add_child(c->all->event, &c->end, c->pid, WEXITED,
				  on_end, c);
}

static int start(struct cage *c, uint16_t node)
{
	struct cages *all = c->all;
	struct cage_setup setup = {
		.node = node,
		.device = kernel_device(all->kernel),
		.info = cage_device_info,
		.become = cage_device_become,
		.fail = cage_device_fail,
		.group = all->groups < 0 ? -1 :
					   cage_group_open(all->groups, node),
		.idle_ms = CAGE_IDLE_MS,
	};
	int r = cage_start(&setup, &c->pid, &c->socket);

	if (setup.group >= 0)
		close(setup.group);
	if (r < 0)
		return r;
	c->node = node;
	r = watch(c);
	if (r < 0) { /* nobody would see its end: no cage then */
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
		forget(c);
	}
	return r;
}

static void request(struct cages *all, uint16_t node, uint64_t id)
{
	const struct cage_request message = { .id = id };
	struct cage *c = find(all, node);
	int r = c ? 0 : -EUSERS;

	if (c && !c->pid)
		r = start(c, node);
	if (r == 0 && send(c->socket, &message, sizeof(message),
			   MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		r = -errno;
	if (r == 0) {
		c->used = now(all);
		return;
	}
	agent_log(LOG_WARNING, "a guest of node %u is not taken: %s", node,
		  r == -EUSERS ? "too many nodes have guests here" :
				 strerror(-r));
	kernel_failed(all->kernel, 0, id,
		      r == -EUSERS ? TESSERA_REASON_FULL :
				     TESSERA_REASON_NO_CAGE);
}

static void on_event(const struct tessera_event *event, void *userdata)
{
	if (event->type == TESSERA_EVENT_GUEST)
		request(userdata, (uint16_t)event->node, event->id);
	else if (event->type == TESSERA_EVENT_OVERFLOW)
		agent_log(LOG_WARNING, "%u events of the kernel were lost",
			  event->node);
}

/* The guests' share. The agent has the rest of the file, and tells in the log what
 * is wrong with it. */
static void read_conf(const struct cages *all)
{
	struct conf conf = conf_defaults;
	unsigned int line;
	int r = conf_read(&conf, CONF_FILE, &line);

	if (all->groups < 0)
		return;
	if (r < 0)
		agent_log(LOG_ERR, CONF_FILE ": not understood; guests keep "
					     "their share of the CPU");
	/* At the start there is none to keep. */
	if (r < 0 && all->event)
		return;
	(void)cage_groups_share(all->groups, conf.share);
}

static int on_hup(sd_event_source *s, const struct signalfd_siginfo *info,
		  void *userdata)
{
	read_conf(userdata);
	return 0;
}

static int listen_to_hup(struct cages *all)
{
	sigset_t hup;

	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hup, NULL);
	return sd_event_add_signal(all->event, NULL, SIGHUP, on_hup, all);
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *info,
		     void *userdata)
{
	sd_notify(0, "STOPPING=1");
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static int run(struct cages *all)
{
	int r;

	for (size_t i = 0; i < CAGES_MAX; i++)
		all->list[i] = (struct cage){ .all = all, .socket = -1 };
	read_conf(all);
	r = program_event(&all->event, on_signal, NULL);
	if (r >= 0)
		r = listen_to_hup(all);
	if (r >= 0)
		r = kernel_listen(all->kernel, all->event, on_event, all);
	if (r < 0)
		return r;
	sd_notify(0, "READY=1");
	return sd_event_loop(all->event);
}

static const struct program program = {
	.name = "tessera-cage",
	.usage =
		"usage: tessera-cage [--cgroup DIR]\n"
		"\n"
		"Makes the processes that guests from other nodes live in, shut off from\n"
		"this node. It stays in the foreground and logs to standard error.\n"
		"\n"
		"  -c, --cgroup DIR  the cgroup (v2) below which guests get theirs: " CGROUP
		"\n"
		"  -h, --help        this text\n"
		"  -V, --version     the version\n",
	.option = "cgroup",
};

int main(int argc, char *argv[])
{
	static struct cages all;
	const char *cgroup = CGROUP;
	int r;

	program_streams();
	r = program_parse(&program, argc, argv, &cgroup);
	if (r >= 0)
		return r;
	r = kernel_open(&all.kernel);
	if (r < 0) {
		agent_log(LOG_ERR, "no /dev/tessera: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	all.groups = cage_groups_open(cgroup);
	if (all.groups < 0)
		agent_log(LOG_WARNING,
			  "%s: %s; guests share the CPU with everybody", cgroup,
			  all.groups == -EMEDIUMTYPE ?
				  "not a cgroup of version 2" :
				  strerror(-all.groups));
	r = run(&all);
	if (r < 0)
		agent_log(LOG_ERR, "cannot run: %s", strerror(-r));
	/* Every cage ends with its parent. */
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
