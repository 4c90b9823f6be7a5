// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who comes home, makes room or stays, and how often anybody moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "balance_scene.h"

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
		{ "home does a little of its own, and so does its host",
		  { IDLE, .load = 1 },
		  { { IDLE, .load = 105, .guest_load = 100, .guests = 1 } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_HOME,
		  0,
		  0 },
		{ "it gets no more, and others wait",
		  { IDLE, .load = 300 },
		  { { IDLE, GUESTS(4) } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "home is idle, but it grew and does not fit any more",
		  { IDLE, .mem_mib = 2048, .free_mib = 1800 },
		  { { IDLE, GUESTS(1), .mem_mib = 16384, .free_mib = 9000 } },
		  { { HUNGRY, .at = 2, .there_mib = 1200 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "nobody knows how much it grew",
		  { IDLE, .mem_mib = 2048, .free_mib = 1800 },
		  { { IDLE, GUESTS(1), .mem_mib = 16384, .free_mib = 9000 } },
		  { { HUNGRY, .at = 2 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "home has more for it",
		  { IDLE, .load = 200 },
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
		{ "with no room at home it stays",
		  { IDLE, .free_mib = 300 },
		  { { IDLE, GUESTS(2), .leave = true } },
		  { { HUNGRY, .at = 2, .mem_mib = 250 },
		    { HUNGRY, .at = 2, .mem_mib = 230, .there_mib = 200 } },
		  BALANCE_LEAVE,
		  1,
		  0 },
		{ "it grew there to more than home has",
		  { IDLE, .mem_mib = 2048, .free_mib = 1500 },
		  { { IDLE, GUESTS(1), .mem_mib = 8192, .free_mib = 400,
		      .leave = true } },
		  { { HUNGRY, .at = 2, .there_mib = 1000 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "that much was in use there before it came",
		  { IDLE, .mem_mib = 2048, .free_mib = 1500 },
		  { { IDLE, GUESTS(1), .mem_mib = 8192, .free_mib = 400,
		      .leave = true } },
		  { { HUNGRY, .at = 2, .there_mib = 7000 } },
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
		  { IDLE, .free_mib = 200, .pressure = BALANCE_PRESSURE },
		  { { IDLE, GUESTS(3) } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_MEMORY,
		  0,
		  2 },
		{ "not when much is free: somebody has a limit of its own",
		  { IDLE, .pressure = 500 },
		  { { IDLE, GUESTS(3) } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
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
		{ "one is on its way, and enough will be free",
		  { IDLE, .free_mib = 50, .pressure = 500, .leaving_mib = 14 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "one is on its way, and more must go",
		  { IDLE, .free_mib = 50, .leaving_mib = 13 },
		  { { IDLE } },
		  { { HUNGRY, .mem_mib = 300 } },
		  BALANCE_MEMORY,
		  0,
		  2 },
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
		{ "two, if the third would be a way without return",
		  { IDLE, .load = 400 },
		  { { IDLE } },
		  { { HUNGRY, .moved = { NOW - 30000, NOW - 59000 } } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "the third is the way home",
		  { IDLE },
		  { { IDLE, GUESTS(1), .leave = true } },
		  { { HUNGRY, .at = 2, .moved = { NOW - 30000, NOW - 59000 } } },
		  BALANCE_LEAVE,
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
		      .moved = { NOW - 57000, NOW - 60000, NOW - 61000 } } },
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

static size_t moves_of(const struct scene *s)
{
	size_t moves = 0;

	for (uint32_t i = 0; i < 1000; i++)
		moves += decide(s, i * 4294967u).reason == BALANCE_CPU;
	return moves;
}

/* Of many overloaded nodes that see one idle node, some move at a time. */
static void there_is_no_stampede_to_one_idle_node(void **state)
{
	struct scene s = {
		.self = { IDLE, .load = 200 },
		.list = { { HUNGRY }, { HUNGRY } },
	};

	for (size_t i = 0; i < NODES; i++)
		s.nodes[i] = (struct balance_node){ IDLE, .load = 200 };
	s.nodes[0].load = 0;
	/* 12 see it, it has room for two. */
	assert_in_range(moves_of(&s), 50, 250);
}

static void places_are_those_that_it_could_have(void **state)
{
	static const struct rules first_two = { .n_ranges = 1,
						.ranges = { { 2, 3 } } };
	struct scene s = {
		.self = { IDLE, .load = 300 },
		.list = { { HUNGRY } },
	};

	/* One is idle, one has too much as well; idle are those with old CPUs. */
	for (size_t i = 0; i < NODES; i++)
		s.nodes[i] = (struct balance_node){ IDLE };
	s.nodes[1].load = 300;
	for (size_t i = 2; i < NODES; i++)
		s.nodes[i].lacks = BALANCE_ANY_LEVEL;
	assert_in_range(moves_of(&s), 400, 600);
	s.list[0].level = 2;
	assert_int_equal(moves_of(&s), 1000);
	/* And those that its user does not want. */
	s.list[0].rules = &first_two;
	assert_in_range(moves_of(&s), 400, 600);
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
		cmocka_unit_test(who_is_as_well_off_at_home_comes_home),
		cmocka_unit_test(guests_leave_when_their_host_asks),
		cmocka_unit_test(memory_is_made_before_it_is_short),
		cmocka_unit_test(nobody_moves_without_end),
		cmocka_unit_test(there_is_no_stampede_to_one_idle_node),
		cmocka_unit_test(places_are_those_that_it_could_have),
		cmocka_unit_test(equal_places_are_chosen_all),
		cmocka_unit_test(nothing_is_decided_without_nodes_or_processes),
		cmocka_unit_test(every_reason_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
