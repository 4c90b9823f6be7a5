// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tesserad: options, signals, and the event loop.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "agent.h"

static void usage(FILE *to)
{
	fputs("usage: tesserad [--role full|drone]\n"
	      "\n"
	      "The agent of a Tessera node: finds the other nodes, joins them by the\n"
	      "cluster key, and keeps the cluster together. It stays in the foreground\n"
	      "and logs to standard error; see tesserad(8).\n"
	      "\n"
	      "  -r, --role ROLE  what others see: full (default) or drone\n"
	      "  -h, --help       this text\n"
	      "  -V, --version    the version\n",
	      to);
}

/* Returns the exit status for what ends at once, -1 to go on. */
static int parse(int argc, char *argv[], enum node_role *ret_role)
{
	static const struct option options[] = {
		{ "role", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "r:hV", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			if (strcmp(optarg, "full") == 0) {
				*ret_role = NODE_ROLE_FULL;
			} else if (strcmp(optarg, "drone") == 0) {
				*ret_role = NODE_ROLE_DRONE;
			} else {
				fprintf(stderr,
					"tesserad: a role is 'full' or 'drone', not '%s'\n",
					optarg);
				return 2;
			}
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("tesserad " TESSERA_VERSION);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return 2;
	}
	return -1;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *info,
		     void *userdata)
{
	struct agent *a = userdata;

	agent_log(LOG_NOTICE, "%s: leaving the cluster",
		  strsignal((int)info->ssi_signo));
	sd_notify(0, "STOPPING=1");
	agent_leave(a);
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static int run(struct agent *a, enum node_role role)
{
	sigset_t signals;
	int r;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	r = sd_event_default(&a->event);
	if (r >= 0)
		r = sd_event_add_signal(a->event, NULL, SIGTERM, on_signal, a);
	if (r >= 0)
		r = sd_event_add_signal(a->event, NULL, SIGINT, on_signal, a);
	if (r >= 0)
		r = sd_event_set_watchdog(a->event, 1);
	if (r >= 0)
		r = agent_new(a, role);
	if (r < 0)
		return r;
	sd_notify(0, "READY=1");
	return sd_event_loop(a->event);
}

int main(int argc, char *argv[])
{
	static struct agent agent;
	enum node_role role = NODE_ROLE_FULL;
	int r = parse(argc, argv, &role);

	if (r >= 0)
		return r;
	if (geteuid() != 0) {
		fputs("tesserad: must run as root (it makes a network device)\n",
		      stderr);
		return EXIT_FAILURE;
	}
	if (mkdir(AGENT_RUNTIME_DIR, 0755) < 0 && errno != EEXIST) {
		perror("tesserad: " AGENT_RUNTIME_DIR);
		return EXIT_FAILURE;
	}
	r = run(&agent, role);
	if (r < 0)
		agent_log(LOG_ERR, "cannot run: %s", strerror(-r));
	agent_finish(&agent);
	sd_event_unref(agent.event);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
