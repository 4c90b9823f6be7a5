// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tesserad: from the command line to the event loop and its end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "agent.h"
#include "program.h"

static const struct program program = {
	.name = "tesserad",
	.usage =
		"usage: tesserad [--role full|drone]\n"
		"\n"
		"The agent of a Tessera node: finds the other nodes, joins them by the\n"
		"cluster key, and keeps the cluster together. It stays in the foreground\n"
		"and logs to standard error; see tesserad(8).\n"
		"\n"
		"  -r, --role ROLE  what others see: full (default) or drone\n"
		"  -h, --help       this text\n"
		"  -V, --version    the version\n",
	.option = "role",
};

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
	int r = program_event(&a->event, on_signal, a);

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
	const char *word = "full";
	int r;

	program_streams();
	r = program_parse(&program, argc, argv, &word);
	if (r >= 0)
		return r;
	if (strcmp(word, "drone") == 0) {
		role = NODE_ROLE_DRONE;
	} else if (strcmp(word, "full") != 0) {
		fprintf(stderr,
			"tesserad: a role is 'full' or 'drone', not '%s'\n",
			word);
		return 2;
	}
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
