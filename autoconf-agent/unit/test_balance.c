// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where processes go, and why they stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
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
	.age = 500
#define GUESTS(n) .load = (n) * 100, .guest_load = (n) * 100, .guests = (n)
#define HUNGRY .wants = 100, .cpu_ms = 5000, .mem_mib = 10

static const struct rules only_3 = { .n_ranges = 1, .ranges = { { 3, 3 } } };

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

static void the_hungry_go_where_there_is_more_cpu(void **state)
{
	static const struct scene scenes[] = {
		{ "two on one CPU, and an idle node",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY }, { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "five here and three there",
		  { IDLE, .load = 500 },
		  { { IDLE, GUESTS(3) } },
		  { { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "four here and four there",
		  { IDLE, .load = 400 },
		  { { IDLE, GUESTS(4) } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "four here and three there: nothing would be won",
		  { IDLE, .load = 400 },
		  { { IDLE, GUESTS(3) } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "alone on its CPU",
		  { IDLE, .load = 100 },
		  { { IDLE } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "two on two CPUs",
		  { IDLE, .load = 200, .cpus = 2 },
		  { { IDLE } },
		  { { HUNGRY }, { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "the idle one of three",
		  { IDLE, .load = 400 },
		  { { IDLE, GUESTS(2) }, { IDLE }, { IDLE, GUESTS(1) } },
		  { { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  3 },
		{ "the owner of the idle CPU has just begun to use it",
		  { IDLE, .load = 200 },
		  { { IDLE, .load = 100 } },
		  { { HUNGRY }, { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "the oldest wins most",
		  { IDLE, .load = 300 },
		  { { IDLE } },
		  { { HUNGRY }, { HUNGRY, .cpu_ms = 60000 }, { HUNGRY } },
		  BALANCE_CPU,
		  1,
		  2 },
		{ "of equals the smaller",
		  { IDLE, .load = 300 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 200 }, { HUNGRY } },
		  BALANCE_CPU,
		  1,
		  2 },
	};

	PLAY(scenes);
}

static void speeds_count(void **state)
{
	static const struct scene scenes[] = {
		{ "alone on a slow CPU, and a fast one idle",
		  { IDLE, .load = 100, .speed = 500 },
		  { { IDLE } },
		  { { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "alone on a fast CPU, and a slow one idle",
		  { IDLE, .load = 100 },
		  { { IDLE, .speed = 500 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "four on a fast CPU, two on a slow one",
		  { IDLE, .load = 400 },
		  { { IDLE, .speed = 500, GUESTS(2) } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "five on a fast CPU, one on a slow one",
		  { IDLE, .load = 500 },
		  { { IDLE, .speed = 500, GUESTS(1) } },
		  { { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "as fast there, and the others get more here",
		  { IDLE, .cpus = 4, .speed = 1500, .load = 700 },
		  { { IDLE, .speed = 860 } },
		  { { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "but nobody is made much slower for that",
		  { IDLE, .cpus = 4, .speed = 1500, .load = 700 },
		  { { IDLE, .speed = 400 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "two idle nodes: the faster",
		  { IDLE, .load = 200 },
		  { { IDLE, .speed = 1000 }, { IDLE, .speed = 1500 } },
		  { { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  3 },
		{ "many CPUs that are idle do not make one process faster",
		  { IDLE, .load = 100 },
		  { { IDLE, .cpus = 16, .speed = 900, .room = 99 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
	};

	PLAY(scenes);
}

static void a_move_must_pay(void **state)
{
	static const struct scene scenes[] = {
		{ "it has hardly begun",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY, .cpu_ms = BALANCE_BORN_MS - 1 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "so large that moving takes longer than it may live",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 600 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "as large, but it has lived long",
		  { IDLE, .load = 200, .free_mib = 200 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 600, .cpu_ms = 60000 } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "it is in the kernel most of the time",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY, .in_kernel = 600 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "it hardly uses the CPU",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY, .wants = BALANCE_HUNGRY - 1 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
	};

	PLAY(scenes);
}

static void some_places_are_none(void **state)
{
	static const struct scene scenes[] = {
		{ "it takes no guests",
		  { IDLE, .load = 200 },
		  { { IDLE, .room = 0 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "it sends its guests away",
		  { IDLE, .load = 200 },
		  { { IDLE, .leave = true } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "it refused before, or runs another kernel",
		  { IDLE, .load = 200 },
		  { { IDLE, .avoid = true } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "its user named others",
		  { IDLE, .load = 200 },
		  { { IDLE }, { IDLE } },
		  { { HUNGRY, .rules = &only_3 } },
		  BALANCE_CPU,
		  0,
		  3 },
		{ "what it told is old",
		  { IDLE, .load = 200 },
		  { { IDLE, .age = BALANCE_FRESH_MS + 1 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "its memory is not enough",
		  { IDLE, .load = 200 },
		  { { IDLE, .free_mib = 150 } },
		  { { HUNGRY, .mem_mib = 30 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "it waits for memory",
		  { IDLE, .load = 200 },
		  { { IDLE, .pressure = BALANCE_PRESSURE_THERE } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "what was sent there counts already",
		  { IDLE, .load = 200 },
		  { { IDLE, .sent_load = 100, .sent_mib = 10 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "what was sent fills its room",
		  { IDLE, .load = 900 },
		  { { IDLE, .room = 1, .sent_load = 100 } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "the fuller memory costs more than it is worth",
		  { IDLE, .load = 400 },
		  { { IDLE, .free_mib = 300 }, { IDLE, .free_mib = 900 } },
		  { { HUNGRY, .mem_mib = 100, .cpu_ms = 60000 } },
		  BALANCE_CPU,
		  0,
		  3 },
	};

	PLAY(scenes);
}

static void who_is_as_well_off_at_home_comes_home(void **state)
{
	static const struct scene scenes[] = {
		{ "home is idle",
		  { IDLE },
		  { { IDLE, GUESTS(1) } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_HOME,
		  0,
		  0 },
		{ "its user put it there",
		  { IDLE },
		  { { IDLE, GUESTS(1) } },
		  { { HUNGRY, .at = 2, .pinned = true } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "home has as much for it",
		  { IDLE, .load = 300 },
		  { { IDLE, GUESTS(4) } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_HOME,
		  0,
		  0 },
		{ "home has less for it",
		  { IDLE, .load = 400 },
		  { { IDLE, GUESTS(4) } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "home is idle but slow",
		  { IDLE, .speed = 500 },
		  { { IDLE, GUESTS(1) } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "home has no memory for it",
		  { IDLE, .free_mib = 100 },
		  { { IDLE, GUESTS(1) } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "nothing is known of where it is",
		  { IDLE },
		  { { IDLE, GUESTS(1) } },
		  { { HUNGRY, .at = 9 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "it asks home all the time",
		  { IDLE, .load = 300 },
		  { { IDLE, GUESTS(1) } },
		  { { HUNGRY, .at = 2, .calls = BALANCE_CRAWL_CALLS } },
		  BALANCE_CRAWL,
		  0,
		  0 },
		{ "the owner of its host computes: a third node is better",
		  { IDLE, .load = 300 },
		  { { IDLE, .load = 300, .guest_load = 100, .guests = 1 },
		    { IDLE } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_CPU,
		  0,
		  3 },
	};

	PLAY(scenes);
}

static void guests_leave_when_their_host_asks(void **state)
{
	static const struct scene scenes[] = {
		{ "the larger first",
		  { IDLE, .load = 900 },
		  { { IDLE, GUESTS(2), .leave = true } },
		  { { HUNGRY, .at = 2 }, { HUNGRY, .at = 2, .mem_mib = 50 } },
		  BALANCE_LEAVE,
		  1,
		  0 },
		{ "also when they have just come",
		  { IDLE, .load = 900 },
		  { { IDLE, GUESTS(2), .leave = true } },
		  { { HUNGRY, .at = 2, .moved = { NOW - 100 } } },
		  BALANCE_LEAVE,
		  0,
		  0 },
		{ "and when their user put them there",
		  { IDLE, .load = 900 },
		  { { IDLE, GUESTS(2), .leave = true } },
		  { { HUNGRY, .at = 2, .pinned = true } },
		  BALANCE_LEAVE,
		  0,
		  0 },
		{ "not those of others",
		  { IDLE },
		  { { IDLE, GUESTS(2), .leave = true }, { IDLE } },
		  { { HUNGRY } },
		  BALANCE_NOTHING,
		  0,
		  0 },
	};

	PLAY(scenes);
}

static void memory_is_made_before_it_is_short(void **state)
{
	static const struct scene scenes[] = {
		{ "the largest that fits",
		  { IDLE, .free_mib = 50 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 20 },
		    { HUNGRY, .mem_mib = 300 },
		    { HUNGRY, .mem_mib = 700 } },
		  BALANCE_MEMORY,
		  1,
		  2 },
		{ "also when all wait for it",
		  { IDLE, .pressure = BALANCE_PRESSURE },
		  { { IDLE, GUESTS(3) } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_MEMORY,
		  0,
		  2 },
		{ "with nowhere to go it stays",
		  { IDLE, .free_mib = 50 },
		  { { IDLE, .free_mib = 100 }, { IDLE, .room = 0 } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "what is small does not help",
		  { IDLE, .free_mib = 50 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = BALANCE_USHER_MIB - 1 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "to where there is most",
		  { IDLE, .free_mib = 50 },
		  { { IDLE, .free_mib = 500 }, { IDLE, .free_mib = 900 } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_MEMORY,
		  0,
		  3 },
	};

	PLAY(scenes);
}

static void nobody_moves_without_end(void **state)
{
	static const struct scene scenes[] = {
		{ "it has just moved",
		  { IDLE, .load = 400 },
		  { { IDLE } },
		  { { HUNGRY, .moved = { NOW - BALANCE_STAY_MS + 1 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "it moved some time ago",
		  { IDLE, .load = 400 },
		  { { IDLE } },
		  { { HUNGRY, .moved = { NOW - BALANCE_STAY_MS } } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "after two moves it stays twice as long",
		  { IDLE, .load = 400 },
		  { { IDLE } },
		  { { HUNGRY,
		      .moved = { NOW - BALANCE_STAY_MS - 1, NOW - 30000 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "three moves in a minute are enough",
		  { IDLE, .load = 400 },
		  { { IDLE } },
		  { { HUNGRY,
		      .moved = { NOW - 57000, NOW - 58000, NOW - 59000 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "even if its host wants it to go",
		  { IDLE },
		  { { IDLE, GUESTS(1), .leave = true } },
		  { { HUNGRY, .at = 2,
		      .moved = { NOW - 57000, NOW - 58000, NOW - 59000 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "or memory is short",
		  { IDLE, .free_mib = 50 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 300,
		      .moved = { NOW - 57000, NOW - 58000, NOW - 59000 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "after a minute it may again",
		  { IDLE, .load = 400 },
		  { { IDLE } },
		  { { HUNGRY,
		      .moved = { NOW - 57000, NOW - 58000, NOW - 60000 } } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "from one node to another are two moves",
		  { IDLE, .load = 300 },
		  { { IDLE, .load = 300, .guest_load = 100, .guests = 1 },
		    { IDLE } },
		  { { HUNGRY, .at = 2, .moved = { NOW - 50000, NOW - 55000 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
	};

	PLAY(scenes);
}

/* Of many overloaded nodes that see one idle node, some move at a time. */
static void there_is_no_stampede_to_one_idle_node(void **state)
{
	struct scene s = {
		.self = { IDLE, .load = 200 },
		.list = { { HUNGRY }, { HUNGRY } },
	};
	size_t moves = 0;

	for (size_t i = 0; i < NODES; i++)
		s.nodes[i] = (struct balance_node){ IDLE, .load = 200 };
	s.nodes[0].load = 0;
	for (uint32_t i = 0; i < 1000; i++)
		moves += decide(&s, i * 4294967u).reason == BALANCE_CPU;
	/* 12 see it, it has room for two. */
	assert_in_range(moves, 50, 250);
}

static void equal_places_are_chosen_all(void **state)
{
	struct scene s = {
		.self = { IDLE, .load = 800 },
		.list = { { HUNGRY } },
	};
	size_t chosen[NODES + 2] = { 0 };

	for (size_t i = 0; i < NODES; i++)
		s.nodes[i] = (struct balance_node){ IDLE };
	for (uint32_t i = 0; i < 1200; i++) {
		struct balance_move move = decide(&s, i * 3579139u);

		assert_int_equal(move.reason, BALANCE_CPU);
		chosen[move.to]++;
	}
	for (size_t i = 2; i < NODES + 2; i++)
		assert_in_range(chosen[i], 40, 240);
}

static void nothing_is_decided_without_nodes_or_processes(void **state)
{
	static const struct scene scenes[] = {
		{ .what = "nobody", .self = { IDLE } },
		{ .what = "alone",
		  .self = { IDLE, .load = 900 },
		  .list = { { HUNGRY } } },
		{ .what = "nothing known of itself",
		  .nodes = { { IDLE } },
		  .list = { { HUNGRY } } },
	};

	PLAY(scenes);
}

static void every_reason_has_words(void **state)
{
	for (int r = BALANCE_NOTHING; r <= BALANCE_CRAWL; r++)
		assert_string_not_equal(balance_reason_text(r), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hungry_go_where_there_is_more_cpu),
		cmocka_unit_test(speeds_count),
		cmocka_unit_test(a_move_must_pay),
		cmocka_unit_test(some_places_are_none),
		cmocka_unit_test(who_is_as_well_off_at_home_comes_home),
		cmocka_unit_test(guests_leave_when_their_host_asks),
		cmocka_unit_test(memory_is_made_before_it_is_short),
		cmocka_unit_test(nobody_moves_without_end),
		cmocka_unit_test(there_is_no_stampede_to_one_idle_node),
		cmocka_unit_test(equal_places_are_chosen_all),
		cmocka_unit_test(nothing_is_decided_without_nodes_or_processes),
		cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
