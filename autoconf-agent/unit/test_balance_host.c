// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a node tells of itself: as a host, and how much CPU is wanted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "balance.h"

/* A case says what differs from the ordinary, by naming it once more. */
#pragma GCC diagnostic ignored "-Woverride-init"

/* An idle PC with a GiB. */
#define IDLE                                                                   \
	.cpus = 1, .speed = 1000, .mem_mib = 1024, .free_mib = 800, .room = 8, \
	.age = 500
#define GUESTS(n) .load = (n) * 100, .guest_load = (n) * 100, .guests = (n)

static void a_host_tells_what_it_takes(void **state)
{
	static const struct {
		const char *what;
		struct balance_host host;
		struct balance_node self;
		bool was_leaving;
		uint16_t room;
		bool leave;
	} cases[] = {
		{ "idle", { .guest_limit = 8 }, { IDLE }, false, 8, false },
		{ "some are here",
		  { .guest_limit = 8 },
		  { IDLE, GUESTS(3) },
		  false,
		  5,
		  false },
		{ "full",
		  { .guest_limit = 8 },
		  { IDLE, GUESTS(9) },
		  false,
		  0,
		  false },
		{ "blocked",
		  { .guest_limit = 8, .blocked = true },
		  { IDLE, GUESTS(3) },
		  false,
		  0,
		  false },
		{ "as many as memory allows",
		  { .guest_limit = 99 },
		  { IDLE, .free_mib = 128 + 3 * BALANCE_GUEST_MIB },
		  false,
		  3,
		  false },
		{ "memory is short",
		  { .guest_limit = 8 },
		  { IDLE, .free_mib = 60, GUESTS(1) },
		  false,
		  0,
		  true },
		{ "still too short",
		  { .guest_limit = 8 },
		  { IDLE, .free_mib = 100, GUESTS(1) },
		  true,
		  0,
		  true },
		{ "not yet so short",
		  { .guest_limit = 8 },
		  { IDLE, .free_mib = 100, GUESTS(1) },
		  false,
		  0,
		  false },
		{ "they wait for memory",
		  { .guest_limit = 8 },
		  { IDLE, GUESTS(1), .free_mib = 200,
		    .pressure = BALANCE_PRESSURE },
		  false,
		  0,
		  true },
		{ "its owner computes: both have their share",
		  { .guest_limit = 8 },
		  { IDLE, .load = 200, .guest_load = 100, .guests = 1 },
		  false,
		  7,
		  false },
		{ "its owner computes, and goes first",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .load = 200, .guest_load = 100, .guests = 1 },
		  false,
		  0,
		  true },
		{ "there is a CPU for each",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 2, .load = 200, .guest_load = 100,
		    .guests = 1 },
		  false,
		  0,
		  false },
		{ "a CPU for each, measured with errors",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 2, .load = 203, .guest_load = 100,
		    .guests = 1 },
		  false,
		  0,
		  false },
		{ "all measured too high",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 4, .load = 412, .guest_load = 206,
		    .guests = 2 },
		  false,
		  0,
		  false },
		{ "more than can be an error",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 2, .load = 220, .guest_load = 100,
		    .guests = 1 },
		  false,
		  0,
		  true },
		{ "one idle CPU, beside one that is in use by 101 per cent",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 2, .load = 101 },
		  false,
		  1,
		  false },
		{ "one idle CPU, beside one that is in use by 103 per cent",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 2, .load = 103 },
		  false,
		  1,
		  false },
		{ "its only CPU is in use by 102 per cent",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .load = 102 },
		  false,
		  0,
		  false },
		{ "as many as there are idle CPUs",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .cpus = 4, .load = 200 },
		  false,
		  2,
		  false },
		{ "its owner has nearly all of its only CPU",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .load = 99 },
		  false,
		  0,
		  false },
		{ "its owner does a little",
		  { .guest_limit = 8, .owner_first = true },
		  { IDLE, .load = 49 },
		  false,
		  8,
		  false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint16_t room = 77;
		bool leave = false;

		balance_host(&cases[i].host, &cases[i].self,
			     cases[i].was_leaving, &room, &leave);
		if (room != cases[i].room || leave != cases[i].leave)
			fail_msg("%s: room %u, leave %d", cases[i].what, room,
				 leave);
	}
}

static void who_is_hungry_is_in_each_look(void **state)
{
	static const uint32_t seen[] = { 3, 4, 2, 5, 2, 0, 4, 4, 4 };
	static const uint32_t least[] = { 0, 0, 2, 2, 2, 0, 0, 0, 4 };
	struct balance_looks looks = { 0 };

	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++)
		assert_int_equal(balance_look(&looks, seen[i]), least[i]);
}

static void what_is_seen_is_bounded_by_what_is_used(void **state)
{
	enum { SHARE = BALANCE_OWN_SHARE };
	static const struct {
		const char *what;
		uint32_t seen, used;
		uint16_t cpus;
		uint32_t share, wanted;
	} cases[] = {
		{ "nothing", 0, 0, 1, SHARE, 0 },
		{ "nothing seen", 0, 30, 1, SHARE, 0 },
		{ "it wakes with the clock", 300, 3, 1, SHARE, 5 },
		{ "one has the CPU", 100, 97, 1, SHARE, 100 },
		{ "one beside guests", 100, 66, 1, SHARE, 100 },
		{ "four beside guests", 400, 66, 1, SHARE, 400 },
		{ "one has one of four CPUs", 100, 99, 4, SHARE, 100 },
		{ "one of four, and a clock", 200, 100, 4, SHARE, 166 },
		{ "one of four, beside guests", 100, 66, 4, SHARE, 100 },
		{ "five on four", 500, 398, 4, SHARE, 500 },
		{ "one among eight", 100, 12, 1, 12, 100 },
		{ "a clock among eight", 100, 3, 1, 12, 25 },
		{ "four that get half, beside one", 400, 50, 1, 50, 400 },
		{ "the others got nothing", 100, 3, 1, 0, 100 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint32_t wanted = balance_wanted(cases[i].seen, cases[i].used,
						 cases[i].cpus, cases[i].share);

		if (wanted != cases[i].wanted)
			fail_msg("%s: %u", cases[i].what, wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_tells_what_it_takes),
		cmocka_unit_test(who_is_hungry_is_in_each_look),
		cmocka_unit_test(what_is_seen_is_bounded_by_what_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
