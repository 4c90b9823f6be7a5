// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses what comes in at the control socket. Members that are not known here
 * are ignored: a newer tess may send them.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "ctl_request.h"

static const struct {
	const char *name;
	enum ctl_command command;
} commands[] = {
	{ "status", CTL_STATUS },     { "nodes", CTL_NODES },
	{ "key-show", CTL_KEY_SHOW }, { "key-new", CTL_KEY_NEW },
	{ "watch", CTL_WATCH },
};

int ctl_request_parse(const char *text, size_t len, enum ctl_command *ret)
{
	json_t *request = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(request, "cmd"));
	int r = name ? -EOPNOTSUPP : -EBADMSG;

	for (size_t i = 0; name && i < sizeof(commands) / sizeof(*commands);
	     i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		*ret = commands[i].command;
		r = 0;
		break;
	}
	json_decref(request);
	return r;
}
