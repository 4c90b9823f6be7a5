// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where processes go for CPU.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "balance_scene.h"

static const struct rules only_3 = { .n_ranges = 1, .ranges = { { 3, 3 } } };

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
		{ "with five here even a third of a CPU is more",
		  { IDLE, .load = 500 },
		  { { IDLE, .load = 100 } },
		  { { HUNGRY }, { HUNGRY } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "but not what an owner who wants it all leaves",
		  { IDLE, .load = 500 },
		  { { IDLE, .load = 100, .guest_share = 1 } },
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
		{ "it has hardly begun, but its kind lives long",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY, .cpu_ms = 10, .usual_ms = 8000 } },
		  BALANCE_CPU,
		  0,
		  2 },
		{ "it has hardly begun, and its kind ends soon",
		  { IDLE, .load = 200 },
		  { { IDLE } },
		  { { HUNGRY, .cpu_ms = 10, .usual_ms = 200 } },
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
		{ "its CPU lacks what it may use",
		  { IDLE, .load = 200 },
		  { { IDLE, .lacks = 3 } },
		  { { HUNGRY }, { HUNGRY, .level = 3 } },
		  BALANCE_NOTHING,
		  0,
		  0 },
		{ "its CPU lacks what it keeps from using",
		  { IDLE, .load = 200 },
		  { { IDLE, .lacks = 3 } },
		  { { HUNGRY }, { HUNGRY, .level = 2 } },
		  BALANCE_CPU,
		  1,
		  2 },
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

/* Of the process that a scene has. */
static void the_best_place_may_be_home(void **state)
{
	static const struct {
		const char *what;
		struct balance_node self, others[2];
		struct balance_process process;
		uint16_t best;
	} cases[] = {
		{ "alone with its CPU",
		  { IDLE, .load = 100 },
		  { { IDLE }, { IDLE } },
		  { HUNGRY },
		  0 },
		{ "two on a CPU",
		  { IDLE, .load = 200 },
		  { { IDLE, .load = 100 }, { IDLE } },
		  { HUNGRY },
		  3 },
		{ "who sleeps is asked as if it wanted a CPU",
		  { IDLE, .load = 0 },
		  { { IDLE }, { IDLE } },
		  { HUNGRY },
		  0 },
		{ "a faster one",
		  { IDLE, .load = 100 },
		  { { IDLE, .speed = 2000 }, { IDLE } },
		  { HUNGRY },
		  2 },
		{ "a faster one that takes nobody",
		  { IDLE, .load = 100 },
		  { { IDLE, .speed = 2000, .room = 0 }, { IDLE } },
		  { HUNGRY },
		  0 },
		{ "it is where it should be",
		  { IDLE, .load = 100 },
		  { { IDLE, GUESTS(1) }, { IDLE } },
		  { HUNGRY, .at = 2 },
		  2 },
		{ "home is idle, and where it is not",
		  { IDLE },
		  { { IDLE, GUESTS(2) }, { IDLE, .load = 100 } },
		  { HUNGRY, .at = 2 },
		  0 },
		{ "nothing is known of where it is",
		  { IDLE },
		  { { IDLE, .load = 100 }, { IDLE, .load = 100 } },
		  { HUNGRY, .at = 9 },
		  0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct balance_node nodes[2];
		struct balance_view v = {
			.now = NOW,
			.self = cases[i].self,
			.nodes = nodes,
			.n_nodes = 2,
			.processes = &cases[i].process,
			.n_processes = 1,
		};
		uint16_t best;

		memcpy(nodes, cases[i].others, sizeof(nodes));
		v.self.number = 1;
		nodes[0].number = 2;
		nodes[1].number = 3;
		best = balance_best(&v);
		if (best != cases[i].best)
			fail_msg("%s: node %u", cases[i].what, best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hungry_go_where_there_is_more_cpu),
		cmocka_unit_test(speeds_count),
		cmocka_unit_test(a_move_must_pay),
		cmocka_unit_test(some_places_are_none),
		cmocka_unit_test(the_best_place_may_be_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
