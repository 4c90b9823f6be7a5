// SPDX-License-Identifier: GPL-2.0-or-later
#include "launch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "keeper.h"
#include "proc.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_nodes.h"
#include "tess_process.h"
#include "tess_show.h"

#define TUNABLES "GLIBC_TUNABLES"

/* Whether the node takes it is seen when it goes there; this is what can be
 * known before. */
static int check_node(unsigned int node)
{
	char status[16], message[96];
	int r;

	if (!proc_has("hpc"))
		return process_no_kernel(false);
	r = proc_read_line(status, sizeof(status), "hpc/nodes/%u/status", node);
	if (r < 0)
		return nodes_none(false, node);
	if (strcmp(status, "down") != 0)
		return TESS_OK;
	snprintf(message, sizeof(message), "node %u is down", node);
	return tess_error(false, "no-node", message, "'tess nodes' lists them");
}

bool launch_balances(const json_t *status)
{
	return strcmp(show_string(status, "balance"), "on") == 0 &&
	       !*show_string(status, "balance_held");
}

/* What only the balancer heeds. */
static void note_balancer(const struct rules *rules)
{
	json_t *status;
	bool balances;

	if (!rules_choose(rules) && !rules->kind)
		return;
	status = client_try("status");
	balances = launch_balances(status);
	json_decref(status);
	if (!balances)
		tess_note(
			"processes do not move by themselves on this node now: "
			"rules about nodes and about the kind of work "
			"change nothing");
}

static struct rules inherited(void)
{
	const char *value = getenv(RULES_VARIABLE);
	struct rules rules = { 0 };

	if (value)
		(void)rules_parse(&rules, value);
	return rules;
}

static int set_rules(const struct rules *rules)
{
	char text[RULES_TEXT];
	int r = rules_format(text, rules);

	if (r < 0)
		return r;
	r = *text ? setenv(RULES_VARIABLE, text, 1) : unsetenv(RULES_VARIABLE);
	return r < 0 ? -errno : 0;
}

/* Of two settings of one tunable the last one counts. */
static int set_level(unsigned int level)
{
	const char *tunable = rules_tunable(level), *old = getenv(TUNABLES);
	cleanup_free char *text = NULL;

	if (!tunable)
		return 0;
	if (asprintf(&text, "%s%s%s", old ? old : "", old && *old ? ":" : "",
		     tunable) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return setenv(TUNABLES, text, 1) < 0 ? -errno : 0;
}

static int no_command(const char *name, int error)
{
	char message[160];

	snprintf(message, sizeof(message), "'%.100s' cannot be executed: %s",
		 name, strerror(error));
	tess_error(false, "failed", message, NULL);
	return error == ENOENT ? LAUNCH_NOT_FOUND : LAUNCH_NOT_EXECUTABLE;
}

static int execute(const struct launch *l, int started)
{
	const char *file = l->file ? l->file : l->command[0];
	int error;

	fflush(NULL);
	execvp(file, l->command);
	error = errno;
	if (started >= 0 && write(started, "x", 1) < 0)
		error = errno;
	return no_command(file, error);
}

int launch(const struct launch *l)
{
	struct keeper keeper = { .pid = getpid(), .node = l->node };
	struct rules rules = inherited();
	cleanup_close int started = -1;
	int r;

	rules_override(&rules, &l->rules, l->placed || l->node);
	keeper.lock = rules.home || rules.stay;
	keeper.level = rules.level;
	if (keeper.node) {
		r = check_node(keeper.node);
		if (r && !l->anywhere)
			return r;
		if (r)
			keeper.node = 0;
	}
	note_balancer(&l->rules);
	r = set_rules(&rules);
	if (r == 0)
		r = set_level(l->rules.level);
	/* Without the kernel's help everything stays anyway. */
	if (r == 0 && (keeper.node || (keeper.lock && proc_has("hpc"))))
		r = started = keeper_start(&keeper);
	if (r < 0)
		return tess_error(false, "failed", strerror(-r), NULL);
	return execute(l, started);
}
