// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of openMosix's commands, and the small ones: migrate, setpe.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "old.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_show.h"

#define RUNS " [-z] COMMAND [ARGUMENT...]"
#define JOBS " [-h|-NODE]" RUNS

static const struct old_tool tools[] = {
	{ "migrate", old_migrate, "migrate PID NODE|home|balance" },
	{ "mosrun", old_mosrun,
	  "mosrun [-h|-NODE|-jLIST [-F]] [-l|-L|-k] [-c|-i|-n|-s|-f]\n"
	  "              [-t SECONDS] [-d DECAY] [-e|-E] [-r|-R]" RUNS },
	{ "nomig", old_nomig, "nomig" RUNS },
	{ "runhome", old_runhome, "runhome" RUNS },
	{ "runon", old_runon, "runon NODE" RUNS },
	{ "cpujob", old_cpujob, "cpujob" JOBS },
	{ "iojob", old_iojob, "iojob" JOBS },
	{ "nodecay", old_decay, "nodecay" JOBS },
	{ "slowdecay", old_decay, "slowdecay" JOBS },
	{ "fastdecay", old_decay, "fastdecay" JOBS },
	{ "mosctl", old_mosctl,
	  "mosctl [no]stay|[no]lstay|[no]block|[no]quiet|[no]mfs|expel|bring\n"
	  "       mosctl getload|getspeed|getmem|getfree|getutil|status|isup "
	  "[NODE]\n"
	  "       mosctl whois [NODE|ADDRESS|NAME]\n"
	  "       mosctl getdecay|gettune|getyard|setyard\n"
	  "       mosctl setspeed NUMBER\n"
	  "       mosctl setdecay SECONDS [SLOW FAST]" },
	{ "setpe", old_setpe, "setpe -r [-f FILE|-]" },
	{ "mps", old_mps,
	  "mps [--ominfo|--ominfol] [OPTIONS OF ps(1)] [PID...]" },
	{ "mtop", old_mtop, "mtop [-] [d SECONDS] [q] [c] [S] [s] [i]" },
	{ "mosmon", old_mosmon,
	  "mosmon [-w|-v|-V|-a] [-s|-m|-r|-u|-l|-L] [-d] [-t] [+NODE]\n"
	  "              [-F KERNEL] [-h|-H]" },
};

const struct old_tool *old_find(const char *called)
{
	const char *slash = strrchr(called, '/');
	const char *name = slash ? slash + 1 : called;

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (strcmp(tools[i].name, name) == 0)
			return &tools[i];
	return NULL;
}

int old_usage(const char *tool, const char *argument)
{
	const struct old_tool *t = old_find(tool);
	char message[160];

	if (argument)
		snprintf(message, sizeof(message), "'%s' does not take '%.64s'",
			 t->name, argument);
	else
		snprintf(message, sizeof(message), "'%s' needs to be told more",
			 t->name);
	tess_error(false, "usage", message, NULL);
	fprintf(stderr, "usage: %s\n", t->usage);
	return TESS_USAGE;
}

int old_help(const char *tool)
{
	printf("usage: %s\n", old_find(tool)->usage);
	return TESS_OK;
}

int old_refuse(const char *request, const char *why)
{
	char message[320];

	snprintf(message, sizeof(message), "'%.64s' is refused: %s", request,
		 why);
	return tess_error(false, "failed", message, NULL);
}

void old_leave_out(const char *option, const char *why)
{
	char message[320];

	snprintf(message, sizeof(message), "'%.64s' is left out: %s", option,
		 why);
	tess_note(message);
}

int old_migrate(int argc, char **argv)
{
	static const struct tess_command self = {
		.name = "migrate",
		.usage = "migrate PID NODE|home|balance",
	};
	char best[] = "best";

	if (argc == 3 && strcmp(argv[2], "balance") == 0)
		argv[2] = best;
	return cmd_migrate(&self, argc, argv, false);
}

/* --- setpe --- */

static int write_map(const char *path, const json_t *reply)
{
	FILE *to = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	json_t *node;
	size_t i;

	if (!to)
		return tess_error(false, "failed", path, strerror(errno));
	json_array_foreach(json_object_get(reply, "nodes"), i, node)
		if (show_integer(node, "id") > 0)
			fprintf(to, "%d\t%s\t1\n",
				(int)show_integer(node, "id"),
				show_string(node, "address"));
	if (to != stdout && fclose(to) != 0)
		return tess_error(false, "failed", path, strerror(errno));
	return TESS_OK;
}

/* Without an answer the file stays as it is. */
static int print_map(const char *path)
{
	json_t *reply;
	int r;

	reply = client_get("nodes", &r);
	if (!reply)
		return r;
	r = write_map(path, reply);
	json_decref(reply);
	return r;
}

/* openMosix's map said who belongs to the cluster. Here the key does. */
int old_setpe(int argc, char **argv)
{
	const char *path = "-";
	bool reads = false;

	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (strcmp(a, "-off") == 0)
			return old_refuse(a, "a node leaves the cluster when "
					     "its agent ends: 'systemctl stop "
					     "tesserad'");
		if (a[0] != '-' || !a[1] || !strchr("wWcnpgrf", a[1]))
			return old_usage("setpe", a);
		if (a[1] == 'f' && (a[2] || i + 1 < argc))
			path = a[2] ? a + 2 : argv[++i];
		else if (a[1] == 'f')
			return old_usage("setpe", NULL);
		else if (a[1] == 'r' && !a[2])
			reads = true;
		else
			return old_refuse(a, "nodes find each other, and "
					     "whoever has the cluster key "
					     "belongs to them: there is no "
					     "map to write ('tess key')");
	}
	return reads ? print_map(path) : old_usage("setpe", NULL);
}
