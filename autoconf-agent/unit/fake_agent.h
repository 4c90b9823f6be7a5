/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An agent made of plain data, for the tests of what is shown of it. Stands in
 * for agent.c, members.c, mesh.c and netmon.c.
 */
#ifndef TESSERA_FAKE_AGENT_H
#define TESSERA_FAKE_AGENT_H

#include "agent.h"

#define FAKE_NOW 1000000 /* agent_now() */
#define FAKE_PID 2213	 /* a process that balancer_best() knows */
#define FAKE_NODES 1024

struct fake {
	struct agent agent;
	enum agent_state state;
	struct node nodes[FAKE_NODES], *list[FAKE_NODES];
	size_t n_nodes;
	struct mesh_peer peers[8];
	size_t n_peers;
	struct netmon_address addresses[8];
	size_t n_addresses;
	int reloads, reload_result;
};

extern struct fake fake;

/* A member with number 1 among three nodes, with all there is to show. */
void fake_reset(void);
/* As many members as fit: replies of hundreds of KiB. */
void fake_crowd(void);
/* No cluster key. */
void fake_no_key(void);

#endif
