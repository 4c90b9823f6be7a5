// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a node tells of itself as a host.
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
		  { IDLE, GUESTS(1), .pressure = BALANCE_PRESSURE },
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
		  7,
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_tells_what_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
