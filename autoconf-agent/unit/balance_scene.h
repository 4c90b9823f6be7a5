/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenes for the tests of the decision: a node, others, processes, and what is
 * expected. To be included after cmocka.h.
 */
#ifndef TESSERA_BALANCE_SCENE_H
#define TESSERA_BALANCE_SCENE_H

#include <string.h>

#include "balance.h"

#define NOW 1000000
#define NODES 12
#define PROCESSES 8
#define ALWAYS 0 /* a random number with which everybody has a turn */

/* A scene says what differs from the ordinary, by naming it once more. */
#pragma GCC diagnostic ignored "-Woverride-init"

/* An idle PC with a GiB, and what differs; of a process that computes, too. */
#define IDLE                                                                   \
	.cpus = 1, .speed = 1000, .mem_mib = 1024, .free_mib = 800, .room = 8, \
	.guest_share = 50, .age = 500
#define GUESTS(n) .load = (n) * 100, .guest_load = (n) * 100, .guests = (n)
#define HUNGRY .wants = 100, .cpu_ms = 5000, .mem_mib = 10

struct scene {
	const char *what;
	struct balance_node self;
	struct balance_node nodes[NODES]; /* numbered from 2 on */
	struct balance_process list[PROCESSES];
	/* Expected: */
	enum balance_reason reason;
	size_t process;
	uint16_t to;
};

static struct balance_move decide(const struct scene *s, uint32_t random)
{
	struct balance_node nodes[NODES];
	struct balance_view v = {
		.now = NOW,
		.self = s->self,
		.nodes = nodes,
		.processes = s->list,
		.move_ms = BALANCE_MOVE_MS,
		.mib_us = BALANCE_MIB_US,
		.random = random,
	};

	memcpy(nodes, s->nodes, sizeof(nodes));
	v.self.number = 1;
	while (v.n_nodes < NODES && nodes[v.n_nodes].cpus) {
		nodes[v.n_nodes].number = (uint16_t)(v.n_nodes + 2);
		v.n_nodes++;
	}
	while (v.n_processes < PROCESSES &&
	       (s->list[v.n_processes].wants || s->list[v.n_processes].mem_mib))
		v.n_processes++;
	return balance_decide(&v);
}

static void play(const struct scene *scenes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct scene *s = &scenes[i];
		struct balance_move move = decide(s, ALWAYS);

		if (move.reason != s->reason ||
		    (move.reason &&
		     (move.process != s->process ||
		      (s->to != UINT16_MAX && move.to != s->to))))
			fail_msg("%s: \"%s\", process %zu to node %u", s->what,
				 balance_reason_text(move.reason), move.process,
				 move.to);
	}
}

#define PLAY(scenes) play(scenes, sizeof(scenes) / sizeof(*(scenes)))

#endif
