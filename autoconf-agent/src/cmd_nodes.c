// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess nodes: who is in the cluster.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tess.h"
#include "tess_client.h"
#include "tess_show.h"

static void add_number(struct table *t, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	table_add(t, TONE_PLAIN, text);
}

static void add_bytes(struct table *t, const json_t *node, const char *key)
{
	char text[SHOW_SHORT];

	show_bytes(text, (uint64_t)show_integer(node, key));
	table_add(t, TONE_PLAIN, text);
}

static void add_or_dash(struct table *t, const char *text)
{
	table_add(t, TONE_PLAIN, *text ? text : "-");
}

static void add_load(struct table *t, const json_t *node)
{
	char text[32];

	add_number(t, show_integer(node, "cpus"));
	snprintf(text, sizeof(text), "%.2f", show_real(node, "load"));
	table_add(t, TONE_PLAIN, text);
	snprintf(text, sizeof(text), "%.0f%%", show_real(node, "util") * 100);
	table_add(t, TONE_PLAIN, text);
	add_number(t, show_integer(node, "guests"));
	add_number(t, show_integer(node, "speed"));
	add_bytes(t, node, "mem");
	add_bytes(t, node, "rmem");
	show_age(text, show_integer(node, "age"));
	table_add(t, TONE_FAINT, text);
}

static void add_identity(struct table *t, const json_t *node)
{
	char text[16];

	add_or_dash(t, show_string(node, "version"));
	snprintf(text, sizeof(text), "%.8s", show_string(node, "kernel"));
	add_or_dash(t, text);
	add_or_dash(t, show_string(node, "address"));
	add_or_dash(t, show_string(node, "endpoint"));
}

static void add_node(struct table *t, const json_t *node, bool wide)
{
	const char *status = show_string(node, "status");
	int64_t id = show_integer(node, "id");

	table_add(t, TONE_STRONG, show_true(node, "self") ? "*" : " ");
	if (id > 0)
		add_number(t, id);
	else
		table_add(t, TONE_FAINT, "-");
	table_add(t, TONE_STRONG, show_string(node, "name"));
	table_add(t, show_status_tone(status), status);
	table_add(t, TONE_PLAIN, show_string(node, "role"));
	if (wide)
		add_identity(t, node);
	else
		add_load(t, node);
}

#define WHO                                                                    \
	{ "", false }, { "ID", true }, { "NAME", false }, { "STATUS", false }, \
	{                                                                      \
		"ROLE", false                                                  \
	}

static const struct table_column load_columns[] = {
	WHO,
	{ "CPUS", true },
	{ "LOAD", true },
	{ "UTIL", true },
	{ "GUESTS", true },
	{ "SPEED", true },
	{ "MEM", true },
	{ "FREE", true },
	{ "HEARD", true },
};

static const struct table_column identity_columns[] = {
	WHO,
	{ "VERSION", false },
	{ "KERNEL", false },
	{ "ADDRESS", false },
	{ "ENDPOINT", false },
};

static void print_nodes(const json_t *reply, bool wide)
{
	struct table *t =
		wide ? table_new(identity_columns,
				 sizeof(identity_columns) /
					 sizeof(*identity_columns)) :
		       table_new(load_columns,
				 sizeof(load_columns) / sizeof(*load_columns));
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(reply, "nodes"), i, node)
		add_node(t, node, wide);
	if (table_rows(t) > 0)
		table_print(t, stdout, show_colours(STDOUT_FILENO), 0,
			    SIZE_MAX);
	table_free(t);
}

int cmd_nodes(const struct tess_command *self, int argc, char **argv, bool json)
{
	bool wide = false;
	json_t *reply;
	int r;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-l") != 0 &&
		    strcmp(argv[i], "--long") != 0)
			return tess_usage(self, json, argv[i]);
		wide = true;
	}
	reply = client_ask("nodes", json, &r);
	if (!reply)
		return r;
	if (json)
		tess_print(reply);
	else
		print_nodes(reply, wide);
	r = tess_reply_error(json, reply);
	json_decref(reply);
	return r;
}
