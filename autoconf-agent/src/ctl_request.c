// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses what comes in at the control socket. Members that are not known here
 * are ignored: a newer tess may send them.
 */
#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "ctl_request.h"

static const struct {
	const char *name;
	enum ctl_command command;
} commands[] = {
	{ "status", CTL_STATUS },     { "nodes", CTL_NODES },
	{ "key-show", CTL_KEY_SHOW }, { "key-new", CTL_KEY_NEW },
	{ "watch", CTL_WATCH },	      { "best", CTL_BEST },
};

static int take_pid(const json_t *request, pid_t *ret)
{
	json_int_t pid = json_integer_value(json_object_get(request, "pid"));

	if (pid < 1 || pid > INT32_MAX)
		return -EBADMSG;
	*ret = (pid_t)pid;
	return 0;
}

int ctl_request_parse(const char *text, size_t len, struct ctl_request *ret)
{
	json_t *request = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const char *name = json_string_value(json_object_get(request, "cmd"));
	struct ctl_request found = { 0 };
	int r = name ? -EOPNOTSUPP : -EBADMSG;

	for (size_t i = 0; name && i < sizeof(commands) / sizeof(*commands);
	     i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		found.command = commands[i].command;
		r = found.command == CTL_BEST ? take_pid(request, &found.pid) :
						0;
		break;
	}
	if (r == 0)
		*ret = found;
	json_decref(request);
	return r;
}
