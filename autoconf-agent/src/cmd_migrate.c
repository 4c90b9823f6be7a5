// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess migrate, bring: one process goes to another node, or home.
 */
#include <string.h>

#include "proc.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_nodes.h"
#include "tess_process.h"
#include "tess_show.h"

/* By the agent's judgement. */
static int find_best(pid_t pid, bool json, unsigned int *ret)
{
	int64_t place;
	json_t *reply;
	int r = proc_read_number(&place, "%d/where", pid);

	if (r < 0)
		return process_error(json, pid, r);
	reply = client_ask_process("best", pid, json, &r);
	if (!reply)
		return r;
	r = tess_reply_error(json, reply);
	if (r && json)
		tess_print(reply);
	if (!r)
		*ret = (unsigned int)show_integer(reply, "node");
	json_decref(reply);
	return r;
}

static int find_place(const char *text, pid_t pid, bool json, unsigned int *ret)
{
	if (strcmp(text, "home") == 0) {
		*ret = 0;
		return TESS_OK;
	}
	if (strcmp(text, "best") == 0)
		return find_best(pid, json, ret);
	return nodes_find(text, json, ret);
}

int cmd_migrate(const struct tess_command *self, int argc, char **argv,
		bool json)
{
	unsigned int node;
	pid_t pid;
	int r;

	if (argc < 3)
		return tess_usage(self, json, NULL);
	if (argc > 3)
		return tess_usage(self, json, argv[3]);
	if (proc_pid_parse(&pid, argv[1]) < 0)
		return tess_usage(self, json, argv[1]);
	r = find_place(argv[2], pid, json, &node);
	return r ? r : process_move(json, pid, node);
}

int cmd_bring(const struct tess_command *self, int argc, char **argv, bool json)
{
	pid_t pid;
	int r;

	if (argc == 2 && strcmp(argv[1], "--all") == 0)
		return admin_switch(json, "bring", 1,
				    "bring all processes home",
				    "all processes are at home");
	r = process_argument(self, argc, argv, json, &pid);
	return r ? r : process_move(json, pid, 0);
}
