/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where tess top's data come from: the agent's list of nodes, and /proc.
 */
#ifndef TESSERA_TOP_SOURCE_H
#define TESSERA_TOP_SOURCE_H

#include <jansson.h>

#include "top.h"

/* From an agent's reply with "nodes"; NULL: it does not answer, and what was
 * known of nodes is forgotten. */
void top_read_nodes(struct top *top, const json_t *reply);
/* All processes and guests; CPU time is compared with that of the last time,
 * seconds ago. Without memory all stays as it was. */
void top_read_processes(struct top *top, double seconds);

#endif
