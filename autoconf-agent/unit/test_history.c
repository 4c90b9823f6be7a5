// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What programs did before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "history.h"

static void ended(struct history *h, const char *comm, uint64_t cpu_ms)
{
	history_ended(h, 1000, comm, cpu_ms);
}

static void few_runs_tell_nothing(void **state)
{
	struct history h = { 0 };

	assert_int_equal(history_usual(&h, 1000, "cc1"), 0);
	for (int i = 1; i < HISTORY_RUNS; i++)
		ended(&h, "cc1", 5000);
	assert_int_equal(history_usual(&h, 1000, "cc1"), 0);
	ended(&h, "cc1", 5000);
	assert_int_equal(history_usual(&h, 1000, "cc1"), 5000);
}

static void the_least_of_the_last_is_believed(void **state)
{
	struct history h = { 0 };

	ended(&h, "cc1", 100);
	ended(&h, "cc1", 9000);
	ended(&h, "cc1", 5000);
	assert_int_equal(history_usual(&h, 1000, "cc1"), 100);
	ended(&h, "cc1", 7000);
	assert_int_equal(history_usual(&h, 1000, "cc1"), 5000);
}

static void users_and_programs_are_apart(void **state)
{
	struct history h = { 0 };

	for (int i = 0; i < HISTORY_RUNS; i++) {
		ended(&h, "cc1", 5000);
		history_ended(&h, 1001, "cc1", 700);
	}
	assert_int_equal(history_usual(&h, 1001, "cc1"), 700);
	assert_int_equal(history_usual(&h, 1000, "cc1"), 5000);
	assert_int_equal(history_usual(&h, 1000, "cc1plus"), 0);
}

static void long_names_are_as_the_kernel_cuts_them(void **state)
{
	struct history h = { 0 };

	for (int i = 0; i < HISTORY_RUNS; i++)
		ended(&h, "abcdefghijklmno", 400);
	assert_int_equal(history_usual(&h, 1000, "abcdefghijklmno"), 400);
}

/* Whoever starts a thousand programs does not grow us; what is in use stays. */
static void the_oldest_kind_goes(void **state)
{
	struct history h = { 0 };
	char comm[16];

	for (int i = 0; i < HISTORY_RUNS; i++)
		ended(&h, "cc1", 5000);
	for (int i = 0; i < 10 * HISTORY_KINDS; i++) {
		snprintf(comm, sizeof(comm), "t%d", i);
		ended(&h, comm, 10);
		if (i % (HISTORY_KINDS / 2) == 0)
			assert_int_equal(history_usual(&h, 1000, "cc1"), 5000);
	}
	for (int i = 0; i < HISTORY_KINDS; i++) {
		snprintf(comm, sizeof(comm), "u%d", i);
		ended(&h, comm, 10);
	}
	assert_int_equal(history_usual(&h, 1000, "cc1"), 0);
}

static void
a_kind_that_crawled_leaves_young_again_when_many_have_ended(void **state)
{
	struct history h = { 0 };
	unsigned int again = HISTORY_AGAIN;

	assert_false(history_crawled(&h, 1000, "cc1"));
	for (int times = 1; times <= HISTORY_AGAIN_TIMES + 1; times++) {
		/* Two that had left together. */
		history_away(&h, 1000, "cc1", true);
		history_away(&h, 1000, "cc1", true);
		for (unsigned int i = 0; i < again; i++) {
			assert_true(history_crawled(&h, 1000, "cc1"));
			ended(&h, "cc1", 5000);
		}
		assert_false(history_crawled(&h, 1000, "cc1"));
		if (times < HISTORY_AGAIN_TIMES)
			again *= 2;
	}
	assert_false(history_crawled(&h, 1001, "cc1"));
	assert_false(history_crawled(&h, 1000, "cc1plus"));
}

static void who_leaves_young_and_does_well_makes_good_for_its_kind(void **state)
{
	struct history h = { 0 };

	history_away(&h, 1000, "cc1", true);
	/* An old one. */
	history_away(&h, 1000, "cc1", false);
	assert_true(history_crawled(&h, 1000, "cc1"));
	for (unsigned int i = 0; i < HISTORY_AGAIN; i++)
		ended(&h, "cc1", 5000);
	history_away(&h, 1000, "cc1", false);
	history_away(&h, 1000, "cc1", true);
	for (unsigned int i = 0; i < HISTORY_AGAIN; i++)
		ended(&h, "cc1", 5000);
	assert_false(history_crawled(&h, 1000, "cc1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_runs_tell_nothing),
		cmocka_unit_test(the_least_of_the_last_is_believed),
		cmocka_unit_test(users_and_programs_are_apart),
		cmocka_unit_test(long_names_are_as_the_kernel_cuts_them),
		cmocka_unit_test(the_oldest_kind_goes),
		cmocka_unit_test(
			a_kind_that_crawled_leaves_young_again_when_many_have_ended),
		cmocka_unit_test(
			who_leaves_young_and_does_well_makes_good_for_its_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
