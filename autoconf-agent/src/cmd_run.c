// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess run: a command, and rules about where it runs.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "launch.h"
#include "proc.h"
#include "tess.h"
#include "tess_nodes.h"

enum option_code {
	OPTION_NODE = 'n',
	OPTION_HELP = 'h',
	OPTION_HOME = 256,
	OPTION_STAY,
	OPTION_ON,
	OPTION_NOT_ON,
	OPTION_LEVEL,
	OPTION_CPU,
	OPTION_IO,
};

static const struct option options[] = {
	{ "node", required_argument, NULL, OPTION_NODE },
	{ "home", no_argument, NULL, OPTION_HOME },
	{ "stay", no_argument, NULL, OPTION_STAY },
	{ "on", required_argument, NULL, OPTION_ON },
	{ "not-on", required_argument, NULL, OPTION_NOT_ON },
	{ "cpu-level", required_argument, NULL, OPTION_LEVEL },
	{ "cpu-job", no_argument, NULL, OPTION_CPU },
	{ "io-job", no_argument, NULL, OPTION_IO },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

/* An option with a list of nodes. */
struct list {
	const char *option, *takes;
	int (*add)(struct rules *rules, const char *text);
};

static const struct list on = { "--on",
				"it takes nodes and ranges: --on 1,4-7,tess-9",
				rules_add_range };
static const struct list not_on = {
	"--not-on", "it takes nodes and ranges: --not-on 1,4-7,tess-9",
	rules_deny_range
};

/* A range may be wider than the cluster. Only the kernel knows who has a number. */
static bool is_nobody(pid_t number)
{
	return proc_has("hpc/nodes") &&
	       !proc_has("hpc/nodes/%d/status", number);
}

/* Names may hold a '-' as ranges do: what is no range is a name. */
static int add_node(const struct list *l, struct rules *rules, const char *item)
{
	char message[48];
	char number[8];
	unsigned int node;
	pid_t given;
	int r = l->add(rules, item);

	if (r == 0 && proc_pid_parse(&given, item) == 0 && is_nobody(given))
		return nodes_none(false, (unsigned int)given);
	if (r == -EINVAL && *item &&
	    strspn(item, "0123456789-") < strlen(item)) {
		r = nodes_find(item, false, &node);
		if (r)
			return r;
		snprintf(number, sizeof(number), "%u", node);
		r = l->add(rules, number);
	}
	if (r == -E2BIG) {
		snprintf(message, sizeof(message), "too many nodes for %s",
			 l->option);
		return tess_error(false, "usage", message,
				  "ranges such as 3-9 are shorter");
	}
	return r < 0 ? tess_bad_value(l->option, item, l->takes) : TESS_OK;
}

static int add_nodes(const struct list *l, struct rules *rules, char *list)
{
	char *item;
	int r = TESS_OK;

	while (r == TESS_OK && (item = strsep(&list, ",")))
		r = add_node(l, rules, item);
	return r;
}

static int take_option(struct launch *l, int code, char *value)
{
	switch (code) {
	case OPTION_NODE:
		return nodes_find(value, false, &l->node);
	case OPTION_HOME:
		l->rules.home = true;
		return TESS_OK;
	case OPTION_STAY:
		l->rules.stay = true;
		return TESS_OK;
	case OPTION_ON:
		return add_nodes(&on, &l->rules, value);
	case OPTION_NOT_ON:
		return add_nodes(&not_on, &l->rules, value);
	case OPTION_LEVEL:
		return rules_level_parse(&l->rules.level, value) < 0 ?
			       tess_bad_value("--cpu-level", value,
					      "it takes v1, v2, v3 or v4") :
			       TESS_OK;
	case OPTION_CPU:
		l->rules.kind = RULES_KIND_CPU;
		return TESS_OK;
	case OPTION_IO:
		l->rules.kind = RULES_KIND_IO;
		return TESS_OK;
	}
	return TESS_USAGE;
}

static int contradiction(const struct launch *l)
{
	struct rules where = l->rules;

	where.stay = false;
	if (l->rules.home && (l->node || l->rules.n_ranges))
		return tess_error(false, "usage",
				  "--home and another place do not go together",
				  "leave one of them out");
	if (l->node && !rules_allow(&where, (uint16_t)l->node))
		return l->rules.n_ranges ?
			       tess_error(false, "usage",
					  "--on excludes the node of -n",
					  "put it into the list, too") :
			       tess_error(false, "usage",
					  "--not-on excludes the node of -n",
					  "leave one of them out");
	return TESS_OK;
}

int cmd_run(const struct tess_command *self, int argc, char **argv, bool json)
{
	struct launch l = { 0 };
	int code, at, r;

	if (json)
		return tess_usage(self, true, "--json");
	optind = 0; /* getopt(3): begin anew */
	opterr = 0;
	for (at = 1;
	     (code = getopt_long(argc, argv, "+:n:h", options, NULL)) >= 0;
	     at = optind) {
		if (code == OPTION_HELP)
			return tess_help(self);
		if (code == '?')
			return tess_usage(self, false, argv[at]);
		if (code == ':')
			return tess_bad_value(argv[at], NULL,
					      "'tess help run' tells which");
		r = take_option(&l, code, optarg);
		if (r)
			return r;
	}
	if (optind >= argc)
		return tess_usage(self, false, NULL);
	r = contradiction(&l);
	if (r)
		return r;
	l.command = argv + optind;
	return launch(&l);
}
