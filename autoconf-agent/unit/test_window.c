// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The window keeps what is fresh, and tells it on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "window.h"

static uint32_t next(void *userdata)
{
	uint32_t *x = userdata;

	return *x = *x * 1664525 + 1013904223;
}

static void fill(struct window *w, int64_t first)
{
	*w = (struct window){ 0 };
	for (size_t i = 0; i < WINDOW_SIZE; i++)
		assert_int_equal(window_take(w, first + (int64_t)i), i);
}

static void a_full_window_loses_the_oldest(void **state)
{
	struct window w;

	fill(&w, 1000);
	assert_int_equal(window_take(&w, 5000), 0);
	assert_int_equal(window_take(&w, 5001), 1);
	assert_int_equal(w.heard[0], 5000);
	assert_int_equal(w.count, WINDOW_SIZE);
}

static void what_is_older_than_all_is_not_taken(void **state)
{
	struct window w;

	fill(&w, 1000);
	assert_int_equal(window_take(&w, 999), -1);
	assert_int_equal(window_take(&w, 1000), -1);
}

static void a_dropped_slot_is_filled_with_the_last(void **state)
{
	struct window w;

	fill(&w, 1000);
	assert_int_equal(window_drop(&w, 3), WINDOW_SIZE - 1);
	assert_int_equal(w.heard[3], 1000 + WINDOW_SIZE - 1);
	assert_int_equal(w.count, WINDOW_SIZE - 1);
	assert_int_equal(window_drop(&w, WINDOW_SIZE - 2), WINDOW_SIZE - 2);
	assert_int_equal(w.count, WINDOW_SIZE - 2);
}

static void nothing_old_is_picked_and_nothing_twice(void **state)
{
	uint32_t random = 1;
	struct window w;

	fill(&w, 1000);
	for (size_t max = 0; max < 40; max++) {
		bool seen[WINDOW_SIZE] = { false };
		size_t slots[40];
		size_t n = window_pick(&w, 1000 + WINDOW_SIZE - 50, slots, max,
				       next, &random);

		assert_int_equal(n, max);
		for (size_t i = 0; i < n; i++) {
			assert_in_range(w.heard[slots[i]],
					1000 + WINDOW_SIZE - 50, 2000);
			assert_false(seen[slots[i]]);
			seen[slots[i]] = true;
		}
	}
}

static void few_are_all_picked(void **state)
{
	uint32_t random = 1;
	size_t slots[40];
	struct window w;

	fill(&w, 1000);
	assert_int_equal(window_pick(&w, 1000 + WINDOW_SIZE - 40, slots, 40,
				     next, &random),
			 40);
	assert_int_equal(window_pick(&w, 1000 + WINDOW_SIZE - 7, slots, 40,
				     next, &random),
			 7);
	assert_int_equal(window_pick(&w, 9000, slots, 40, next, &random), 0);
}

static void the_fresher_are_told_more_often(void **state)
{
	size_t fresh = 0, all = 0, slots[10];
	uint32_t random = 1;
	struct window w;

	fill(&w, 1000);
	for (int i = 0; i < 1000; i++) {
		size_t n = window_pick(&w, 0, slots, 10, next, &random);

		for (size_t j = 0; j < n; j++)
			fresh += slots[j] >= WINDOW_SIZE / 2;
		all += n;
	}
	/* Of two random ones the fresher is in the fresher half 3 times of 4. */
	assert_in_range(fresh * 100 / all, 70, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_window_loses_the_oldest),
		cmocka_unit_test(what_is_older_than_all_is_not_taken),
		cmocka_unit_test(a_dropped_slot_is_filled_with_the_last),
		cmocka_unit_test(nothing_old_is_picked_and_nothing_twice),
		cmocka_unit_test(few_are_all_picked),
		cmocka_unit_test(the_fresher_are_told_more_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
