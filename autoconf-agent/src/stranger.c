// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who announces himself without proving the key: named once in the log, kept
 * in a small table for `tess status`.
 */
#include <stdio.h>
#include <string.h>

#include "agent.h"

#define STRANGER_LINES 10 /* a minute, at most */

static struct stranger *stranger_slot(struct agent *a, const char *name,
				      const char *address, bool *ret_new)
{
	struct stranger *oldest = &a->strangers[0];

	for (size_t i = 0; i < a->n_strangers; i++) {
		struct stranger *s = &a->strangers[i];

		*ret_new = false;
		if (strcmp(s->name, name) == 0 ||
		    strcmp(s->address, address) == 0)
			return s;
		if (s->last_ms < oldest->last_ms)
			oldest = s;
	}
	*ret_new = true;
	return a->n_strangers < STRANGERS_MAX ?
		       &a->strangers[a->n_strangers++] :
		       oldest;
}

void agent_stranger(struct agent *a, const char *name, const char *address,
		    const char *reason)
{
	int64_t now = agent_now(a);
	bool fresh;
	struct stranger *s = stranger_slot(a, name, address, &fresh);

	if (fresh)
		*s = (struct stranger){ 0 };
	s->seen++;
	s->last_ms = now;
	if (!fresh)
		return;
	/* Names come from strangers: only what is printable. */
	for (size_t i = 0; name[i] && i < NODE_NAME_MAX; i++)
		s->name[i] = name[i] > ' ' && name[i] <= '~' ? name[i] : '?';
	snprintf(s->address, sizeof(s->address), "%s", address);
	snprintf(s->reason, sizeof(s->reason), "%s", reason);

	if (now - a->stranger_minute > 60000) {
		a->stranger_minute = now;
		a->stranger_lines = 0;
	}
	if (a->stranger_lines++ < STRANGER_LINES)
		agent_log(LOG_NOTICE, "stranger \"%s\" at %s: %s; ignored",
			  s->name, s->address, s->reason);
	else if (a->stranger_lines == STRANGER_LINES + 1)
		agent_log(LOG_NOTICE, "more strangers: see 'tess status'");
	ctl_changed(a->ctl);
}
