// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess(1): what a person uses. Finds the subcommand, or by the name it was
 * called openMosix's command, and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "old.h"
#include "program.h"
#include "tess.h"

static int cmd_help(const struct tess_command *self, int argc, char **argv,
		    bool json);

static const struct tess_command commands[] = {
	{
		.name = "status",
		.run = cmd_status,
		.line = "this node: its state, addresses and cluster",
		.usage = "tess [status] [--json]",
	},
	{
		.name = "nodes",
		.run = cmd_nodes,
		.line = "the nodes of the cluster",
		.usage = "tess nodes [-l] [--json]",
		.text = "  -l, --long   version, kernel and addresses instead of the load\n",
	},
	{
		.name = "ps",
		.run = cmd_ps,
		.line = "processes that are away, and guests that are here",
		.usage = "tess ps [--json]",
	},
	{
		.name = "top",
		.run = cmd_top,
		.line = "nodes and processes on the whole screen, and keys to "
			"move them",
		.usage = "tess top [-d SECONDS] [-n] [-w]",
		.text = "  -d, --delay SECONDS  between two looks\n"
			"  -n, --nodes          begin with the nodes alone\n"
			"  -w, --watch          no key changes anything\n"
			"\n"
			"'?' lists the keys.\n",
	},
	{
		.name = "why",
		.run = cmd_why,
		.line = "where a process is, and why it can or cannot move",
		.usage = "tess why PID [--json]",
	},
	{
		.name = "migrate",
		.run = cmd_migrate,
		.line = "move a process to another node, or home",
		.usage = "tess migrate PID NODE|home|best [--json]",
		.text = "  NODE         its number or name, as in 'tess nodes'\n"
			"  best         where it gets the most CPU, as the "
			"agent sees it now\n"
			"\n"
			"It returns when the process is there, or says why it "
			"stays where it is.\n",
	},
	{
		.name = "run",
		.run = cmd_run,
		.line = "start a command under rules about where it runs",
		.usage =
			"tess run [-n NODE] [--home] [--stay] [--on LIST] "
			"[--not-on LIST]\n"
			"                [--cpu-level L] [--cpu-job] [--io-job] "
			"COMMAND [ARGUMENT...]",
		.text = "  -n, --node NODE  start there at once\n"
			"  --home           it stays at home\n"
			"  --stay           it stays where it starts\n"
			"  --on LIST        only these nodes: 1,4-7,tess-9\n"
			"  --not-on LIST    none of these\n"
			"  --cpu-level L    no instructions above x86-64-L: v1, "
			"v2, v3, v4\n"
			"  --cpu-job        it computes most of the time\n"
			"  --io-job         it reads and writes most of the time\n"
			"\n"
			"Its PID, exit status and signals are the command's "
			"own. The rules hold for\n"
			"what it starts, too.\n",
		.raw = true,
	},
	{
		.name = "bring",
		.run = cmd_bring,
		.line = "bring a process home, or all of them (root)",
		.usage = "tess bring PID|--all [--json]",
	},
	{
		.name = "expel",
		.run = cmd_expel,
		.line = "send all guests away (root)",
		.usage = "tess expel [--json]",
		.text = "It returns when they are gone. New ones may come "
			"unless they are blocked.\n",
	},
	{
		.name = "block",
		.run = cmd_block,
		.line = "take no more guests (root)",
		.usage = "tess block [--json]",
	},
	{
		.name = "unblock",
		.run = cmd_unblock,
		.line = "take guests again (root)",
		.usage = "tess unblock [--json]",
	},
	{
		.name = "stay",
		.run = cmd_stay,
		.line = "a process stays where it is",
		.usage = "tess stay PID [--json]",
	},
	{
		.name = "free",
		.run = cmd_free,
		.line = "and may move again",
		.usage = "tess free PID [--json]",
	},
	{
		.name = "key",
		.run = cmd_key,
		.line = "show the cluster key, or make a new one (root)",
		.usage = "tess key show [--json]\n"
			 "       tess key new [--force] [FILE] [--json]",
		.text = "  show         print the key of this node's cluster\n"
			"  new          leave the cluster and found another "
			"one, with a fresh key in\n"
			"               /etc/tessera/cluster.key; with FILE "
			"only write a key there\n"
			"  --force      even though there is a key already\n",
		.files = true,
	},
	{
		.name = "screen",
		.run = cmd_screen,
		.line = "the state of node and cluster on the whole screen",
		.usage = "tess screen",
		.text = "Follows the agent. Enter leaves it, any other key "
			"paints it anew.\n",
	},
	{
		.name = "help",
		.run = cmd_help,
		.line = "this list, or more about one command",
		.usage = "tess help [COMMAND]",
	},
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct tess_command *find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int unknown(bool json, const char *name)
{
	char message[256];

	snprintf(message, sizeof(message), "there is no command '%.64s'", name);
	return tess_error(json, "usage", message, "'tess help' lists them");
}

static int help_all(void)
{
	puts("usage: tess [COMMAND] [--json]\n\ncommands:");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].line);
	puts("\nWithout a command: tess status. 'tess help COMMAND' says more, "
	     "and tess(1) all.");
	return TESS_OK;
}

static int cmd_help(const struct tess_command *self, int argc, char **argv,
		    bool json)
{
	const struct tess_command *c;

	if (argc > 2)
		return tess_usage(self, json, argv[2]);
	if (argc < 2)
		return help_all();
	c = find(argv[1]);
	return c ? tess_help(c) : unknown(json, argv[1]);
}

static bool takes_files(int argc, char **argv)
{
	const struct tess_command *c = argc > 1 ? find(argv[1]) : NULL;

	return c && c->files;
}

/* Takes out the options that all commands have, up to where a command of the
 * user's own begins. Returns how many arguments are left. */
static int common_options(int argc, char **argv, bool *ret_json, bool *ret_help,
			  bool *ret_version)
{
	const struct tess_command *c;
	int n = 1;
	bool options = true;

	for (int i = 1; i < argc; i++) {
		c = n == 1 ? find(argv[i]) : NULL;
		if (c && c->raw)
			options = false;
		if (options && strcmp(argv[i], "--json") == 0)
			*ret_json = true;
		else if (options && (strcmp(argv[i], "--help") == 0 ||
				     strcmp(argv[i], "-h") == 0))
			*ret_help = true;
		else if (options && n == 1 &&
			 (strcmp(argv[i], "--version") == 0 ||
			  strcmp(argv[i], "-V") == 0))
			*ret_version = true;
		else if (!options || strcmp(argv[i], "--") != 0 ||
			 takes_files(n, argv))
			argv[n++] = argv[i];
		if (strcmp(argv[i], "--") == 0)
			options = false;
	}
	argv[n] = NULL;
	return n;
}

static int run(int argc, char **argv)
{
	bool json = false, help = false, version = false;
	char status[] = "status", *bare[] = { status, NULL };
	const struct tess_command *c;
	const char *name;

	argc = common_options(argc, argv, &json, &help, &version);
	name = argc > 1 ? argv[1] : "status";
	if (version) {
		if (json)
			printf("{\"version\":\"%s\"}\n", TESSERA_VERSION);
		else
			printf("tess %s\n", TESSERA_VERSION);
		return TESS_OK;
	}
	if (help && argc < 2)
		return help_all();
	c = find(name);
	if (!c)
		return unknown(json, name);
	if (help)
		return tess_help(c);
	if (argc < 2)
		return c->run(c, 1, bare, json);
	return c->run(c, argc - 1, argv + 1, json);
}

int main(int argc, char **argv)
{
	const struct old_tool *old;
	int r;

	if (argc < 1)
		return TESS_USAGE;
	program_streams();
	old = old_find(argv[0]);
	r = old ? old->run(argc, argv) : run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("tess: writing");
		return r ? r : TESS_FAILED;
	}
	return r;
}
