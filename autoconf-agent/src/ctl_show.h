/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's state as JSON, for tess(1). The fields are documented in its
 * manual page and never renamed.
 */
#ifndef TESSERA_CTL_SHOW_H
#define TESSERA_CTL_SHOW_H

#include <jansson.h>

#include "agent.h"

/* All return a new object, or NULL without memory. */
json_t *ctl_show_status(const struct agent *a);
json_t *ctl_show_nodes(const struct agent *a);
/* {"status":{…},"nodes":[…]} */
json_t *ctl_show_both(const struct agent *a);
/* {"key","cluster","source"}: only for root. */
json_t *ctl_show_key(const struct agent *a, bool with_key);
/* {"error":{"code","message","hint"}} */
json_t *ctl_show_error(const char *code, const char *message, const char *hint);

#endif
