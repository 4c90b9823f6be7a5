// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many guests there are and how much CPU they want.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_proc.h"
#include "guests.h"
#include "proc.h"

static struct guests_measure update(struct guests *g, int64_t now,
				    uint32_t first, uint32_t second)
{
	const struct guest list[] = {
		{ .pid = 10, .home = 2, .threads = first },
		{ .pid = 11, .home = 3, .threads = second },
	};

	assert_int_equal(guests_update(g, now, list, 2), 0);
	return guests_sum(g);
}

static void a_new_guest_counts_at_once(void **state)
{
	struct guests g = { 0 };
	struct guests_measure sum = update(&g, 1000, 0, 0);

	assert_int_equal(sum.count, 2);
	assert_int_equal(sum.running, 0);
	assert_int_equal(sum.load, 200);
	guests_free(&g);
}

static void one_that_sleeps_weighs_nothing_in_time(void **state)
{
	struct guests g = { 0 };
	struct guests_measure sum = { 0 };

	for (int s = 1; s <= 60; s++)
		sum = update(&g, s * 1000, 1, 0);
	assert_int_equal(sum.count, 2);
	assert_int_equal(sum.running, 1);
	assert_int_equal(sum.load, 100);
	guests_free(&g);
}

/* It came because it wanted a CPU; at first it waits for its memory. */
static void a_new_guest_counts_whole_for_a_while(void **state)
{
	struct guests g = { 0 };

	for (int s = 1; s <= 10; s++)
		assert_int_equal(update(&g, s * 1000, s % 2, 0).load, 200);
	assert_true(update(&g, 11000, 0, 0).load < 200);
	guests_free(&g);
}

static void threads_count_each(void **state)
{
	struct guests g = { 0 };

	assert_int_equal(update(&g, 1000, 4, 1).load, 500);
	guests_free(&g);
}

static void a_number_used_again_is_another_guest(void **state)
{
	const struct guest other = { .pid = 10, .home = 7, .threads = 0 };
	struct guests g = { 0 };

	for (int s = 1; s <= 60; s++)
		update(&g, s * 1000, 0, 0);
	assert_int_equal(guests_update(&g, 61000, &other, 1), 0);
	assert_int_equal(guests_sum(&g).load, 100);
	guests_free(&g);
}

static void none_are_none(void **state)
{
	struct guests g = { 0 };

	update(&g, 1000, 1, 1);
	assert_int_equal(guests_update(&g, 2000, NULL, 0), 0);
	assert_int_equal(guests_sum(&g).count, 0);
	assert_int_equal(guests_sum(&g).load, 0);
	guests_free(&g);
}

static void what_they_use_is_counted_from_their_second_look_on(void **state)
{
	struct guest list[] = { { .pid = 10, .home = 2, .cpu_ms = 9000 },
				{ .pid = 11, .home = 2, .cpu_ms = 70000 } };
	struct guests g = { 0 };

	assert_int_equal(guests_update(&g, 1000, list, 1), 0);
	assert_int_equal(guests_sum(&g).used, 0);
	/* The second is new, and used what it used at home. */
	list[0].cpu_ms += 600;
	assert_int_equal(guests_update(&g, 2000, list, 2), 0);
	assert_int_equal(guests_sum(&g).used, 60);
	list[0].cpu_ms += 1000;
	list[1].cpu_ms += 500;
	assert_int_equal(guests_update(&g, 4000, list, 2), 0);
	assert_int_equal(guests_sum(&g).used, 75);
	guests_free(&g);
}

#define STAT(state, threads)                                             \
	"10 (a) " state " 1 2 3 0 -1 0 6 7 8 9 250 50 1 2 20 0 " threads \
	" 0 1234 10000000 4096 1 1 2 3\n"

/* Two threads of a guest run, the first of which waits for the other two. */
static void a_guests_threads_are_looked_at(void **state)
{
	struct guests g = { 0 };
	struct guests_measure sum;

	fake_proc_new();
	assert_int_equal(guests_measure(&g, 1000).count, 0);
	fake_proc_directory("hpc");
	fake_proc_put("hpc/guests", "10 2 77 a\n");
	fake_proc_directory("10");
	fake_proc_put("10/stat", STAT("S", "3"));
	fake_proc_directory("10/task");
	fake_proc_directory("10/task/10");
	fake_proc_put("10/task/10/stat", STAT("S", "3"));
	fake_proc_directory("10/task/11");
	fake_proc_put("10/task/11/stat", STAT("R", "3"));
	fake_proc_directory("10/task/12");
	fake_proc_put("10/task/12/stat", STAT("R", "3"));
	sum = guests_measure(&g, 2000);
	assert_int_equal(sum.count, 1);
	assert_int_equal(sum.running, 2);
	assert_int_equal(sum.load, 200);
	fake_proc_put("10/stat",
		      "10 (a) S 1 2 3 0 -1 0 6 7 8 9 300 70 1 2 20 0 "
		      "1 0 1234 10000000 4096 1 1 2 3\n");
	assert_int_equal(guests_measure(&g, 3000).used, 70);
	guests_free(&g);
	fake_proc_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_guest_counts_at_once),
		cmocka_unit_test(a_new_guest_counts_whole_for_a_while),
		cmocka_unit_test(one_that_sleeps_weighs_nothing_in_time),
		cmocka_unit_test(threads_count_each),
		cmocka_unit_test(a_number_used_again_is_another_guest),
		cmocka_unit_test(none_are_none),
		cmocka_unit_test(
			what_they_use_is_counted_from_their_second_look_on),
		cmocka_unit_test(a_guests_threads_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
