// SPDX-License-Identifier: GPL-2.0-or-later
#include "tess_nodes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tess_client.h"
#include "tess_show.h"

json_t *nodes_ask(void)
{
	int fd = client_connect(), r;

	/* What follows would complain. */
	if (fd < 0)
		return NULL;
	close(fd);
	return client_ask("nodes", false, &r);
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
