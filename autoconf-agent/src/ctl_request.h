/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tess(1) may ask of the agent: one line of JSON, {"cmd":"…"}.
 */
#ifndef TESSERA_CTL_REQUEST_H
#define TESSERA_CTL_REQUEST_H

#include <stddef.h>
#include <sys/types.h>

#define CTL_REQUEST_MAX 4096 /* with its newline */

enum ctl_command {
	CTL_STATUS,
	CTL_NODES,
	CTL_KEY_SHOW,
	CTL_KEY_NEW, /* the key's file was written anew: read it */
	CTL_WATCH,   /* status and nodes now and after every change */
	CTL_BEST,    /* where a process would be best off */
};

struct ctl_request {
	enum ctl_command command;
	pid_t pid; /* of CTL_BEST alone; else 0 */
};

/* Pure. text is without its newline. -EBADMSG: not a JSON object with a string
 * "cmd", or without the process it is about; -EOPNOTSUPP: a command this agent does
 * not have. */
int ctl_request_parse(const char *text, size_t len, struct ctl_request *ret);

#endif
