// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was sent counts until the receiver can have told of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger.h"

static const struct node_load load = {
	.cpus = 2,
	.util = 500,
	.load = 150,
	.guest_load = 50,
	.guests = 3,
	.room = 4,
	.leave = true,
	.guest_share = 20,
	.pressure = 7,
	.speed = 900,
	.mem_mib = 1000,
	.free_mib = 600,
};

static void a_node_is_what_it_tells(void **state)
{
	const struct ledger l = { 0 };
	struct balance_node n = ledger_node(&l, 10000, 5, &load, 400);

	assert_int_equal(n.number, 5);
	assert_int_equal(n.cpus, 2);
	assert_int_equal(n.speed, 900);
	assert_int_equal(n.load, 150);
	assert_int_equal(n.guest_load, 50);
	assert_int_equal(n.guests, 3);
	assert_int_equal(n.room, 4);
	assert_true(n.leave);
	assert_int_equal(n.guest_share, 20);
	assert_int_equal(n.pressure, 7);
	assert_int_equal(n.mem_mib, 1000);
	assert_int_equal(n.free_mib, 600);
	assert_int_equal(n.age, 400);
	assert_int_equal(n.sent_load, 0);
	assert_int_equal(n.sent_mib, 0);
	assert_false(n.avoid);
}

static void what_was_sent_counts_until_it_is_told_of(void **state)
{
	struct ledger l = { 0 };
	struct balance_node n;

	ledger_send(&l, 10000, 5, 100, 30, true);
	ledger_send(&l, 10100, 5, 200, 40, false);
	ledger_send(&l, 10000, 6, 400, 50, true);
	n = ledger_node(&l, 10500, 5, &load, 1000);
	assert_int_equal(n.sent_load, 300);
	assert_int_equal(n.sent_mib, 70);
	/* Measured between the two. */
	assert_int_equal(ledger_node(&l, 10500, 5, &load, 450).sent_load, 200);
	n = ledger_node(&l, 11000, 5, &load, 100);
	assert_int_equal(n.sent_load, 0);
	assert_int_equal(n.sent_mib, 70);
	assert_int_equal(
		ledger_node(&l, 10100 + LEDGER_MEMORY_MS, 5, &load, 0).sent_mib,
		0);
}

static void what_left_counts_no_more(void **state)
{
	struct ledger l = { 0 };
	struct balance_node n;

	ledger_left(&l, 10000, 5, 30);
	n = ledger_node(&l, 10500, 5, &load, 1000);
	assert_int_equal(n.load, 120);
	assert_int_equal(n.guest_load, 20);
	assert_int_equal(n.sent_load, 0);
	ledger_left(&l, 10000, 5, 100);
	n = ledger_node(&l, 10500, 5, &load, 1000);
	assert_int_equal(n.load, 20);
	assert_int_equal(n.guest_load, 0);
	/* It has told of that by now. */
	assert_int_equal(ledger_node(&l, 11500, 5, &load, 1000).load, 150);
}

static void memory_leaves_after_its_process(void **state)
{
	struct ledger l = { 0 };

	assert_int_equal(ledger_leaving(&l, 10000, 9000), 0);
	ledger_send(&l, 10000, 5, 100, 1000, true);
	ledger_send(&l, 10000, 5, 100, 700, false); /* it was never here */
	assert_int_equal(ledger_leaving(&l, 10000, 9000), 1000);
	ledger_send(&l, 14500, 6, 100, 50, true);
	assert_int_equal(ledger_leaving(&l, 14500, 9000), 550);
	assert_int_equal(ledger_leaving(&l, 18910, 9000), 10);
	assert_int_equal(ledger_leaving(&l, 19000, 9000), 0);
}

static void the_oldest_is_forgotten(void **state)
{
	struct ledger l = { 0 };

	for (int i = 0; i < LEDGER_SENT + 5; i++)
		ledger_send(&l, 1000 + i, i < 5 ? 6 : 5, 1, 0, true);
	assert_int_equal(ledger_node(&l, 2000, 6, &load, 2000).sent_load, 0);
	assert_int_equal(ledger_node(&l, 2000, 5, &load, 2000).sent_load,
			 LEDGER_SENT);
}

static void a_node_is_avoided_for_a_while(void **state)
{
	struct ledger l = { 0 };

	ledger_avoid(&l, 1000, 5, 0, 2000);
	ledger_avoid(&l, 1000, 6, 0, 1500);
	assert_true(ledger_node(&l, 1999, 5, &load, 0).avoid);
	assert_false(ledger_node(&l, 1999, 6, &load, 0).avoid);
	assert_false(ledger_node(&l, 1999, 7, &load, 0).avoid);
	assert_false(ledger_node(&l, 2000, 5, &load, 0).avoid);
	ledger_avoid(&l, 1000, 5, 0, 4000);
	assert_true(ledger_node(&l, 3000, 5, &load, 0).avoid);
	for (uint16_t i = 100; i < 100 + LEDGER_AVOIDED - 1; i++)
		ledger_avoid(&l, 1000, i, 0, 9000);
	assert_true(ledger_node(&l, 3000, 5, &load, 0).avoid);
	ledger_avoid(&l, 1000, 99, 0, 9000);
	assert_false(ledger_node(&l, 3000, 5, &load, 0).avoid);
}

static void what_a_node_lacks_matters_to_who_may_use_it(void **state)
{
	struct ledger l = { 0 };
	struct balance_node n;

	ledger_avoid(&l, 1000, 5, BALANCE_ANY_LEVEL, 2000);
	n = ledger_node(&l, 1000, 5, &load, 0);
	assert_false(n.avoid);
	assert_int_equal(n.lacks, BALANCE_ANY_LEVEL);
	/* One that keeps to v3 was refused, too: so v4 is not there either. */
	ledger_avoid(&l, 1000, 5, 3, 2500);
	ledger_avoid(&l, 1000, 5, BALANCE_ANY_LEVEL, 3000);
	n = ledger_node(&l, 2800, 5, &load, 0);
	assert_int_equal(n.lacks, 3);
	/* Beside it, it does not answer for a while. */
	ledger_avoid(&l, 1000, 5, 0, 2900);
	assert_true(ledger_node(&l, 2800, 5, &load, 0).avoid);
	n = ledger_node(&l, 2950, 5, &load, 0);
	assert_false(n.avoid);
	assert_int_equal(n.lacks, 3);
	assert_int_equal(ledger_node(&l, 3000, 5, &load, 0).lacks, 0);
}

static void another_pc_with_that_number_is_another_one(void **state)
{
	struct ledger l = { 0 };

	ledger_avoid(&l, 1000, 5, 2, 2000);
	ledger_avoid(&l, 2000, 5, BALANCE_ANY_LEVEL, 3000);
	assert_int_equal(ledger_node(&l, 2500, 5, &load, 0).lacks,
			 BALANCE_ANY_LEVEL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_what_it_tells),
		cmocka_unit_test(what_was_sent_counts_until_it_is_told_of),
		cmocka_unit_test(what_left_counts_no_more),
		cmocka_unit_test(memory_leaves_after_its_process),
		cmocka_unit_test(the_oldest_is_forgotten),
		cmocka_unit_test(a_node_is_avoided_for_a_while),
		cmocka_unit_test(what_a_node_lacks_matters_to_who_may_use_it),
		cmocka_unit_test(another_pc_with_that_number_is_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
