// SPDX-License-Identifier: GPL-2.0-or-later
#include "tess_nodes.h"

#include <stdio.h>
#include <string.h>

#include "proc.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_show.h"

json_t *nodes_ask(void)
{
	return client_try("nodes");
}

int nodes_find(const char *text, bool json, unsigned int *ret)
{
	char message[160];
	unsigned int found;
	json_t *reply;
	pid_t number;
	int r;

	/* A number needs no agent: the kernel knows who has it. */
	if (proc_pid_parse(&number, text) == 0 && number <= UINT16_MAX) {
		*ret = (unsigned int)number;
		return TESS_OK;
	}
	reply = client_ask("nodes", json, &r);
	if (!reply)
		return r;
	found = nodes_number(reply, text);
	json_decref(reply);
	if (found) {
		*ret = found;
		return TESS_OK;
	}
	snprintf(message, sizeof(message), "there is no node '%.64s'", text);
	return tess_error(json, "no-node", message, "'tess nodes' lists them");
}

int nodes_none(bool json, unsigned int number)
{
	char message[64];

	snprintf(message, sizeof(message), "there is no node %u", number);
	return tess_error(json, "no-node", message, "'tess nodes' lists them");
}

unsigned int nodes_number(const json_t *reply, const char *name)
{
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(reply, "nodes"), i, node)
		if (strcmp(show_string(node, "name"), name) == 0)
			return (unsigned int)show_integer(node, "id");
	return 0;
}

unsigned int nodes_self(const json_t *reply)
{
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(reply, "nodes"), i, node)
		if (show_true(node, "self"))
			return (unsigned int)show_integer(node, "id");
	return 0;
}

const char *nodes_name(const json_t *reply, unsigned int number)
{
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(reply, "nodes"), i, node)
		if (show_integer(node, "id") == number)
			return show_string(node, "name");
	return NULL;
}

void nodes_text(char ret[NODES_TEXT], const json_t *reply, unsigned int number)
{
	const char *name = nodes_name(reply, number);

	if (name)
		snprintf(ret, NODES_TEXT, "%.60s (node %u)", name, number);
	else
		snprintf(ret, NODES_TEXT, "node %u", number);
}
