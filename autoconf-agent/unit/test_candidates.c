// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which processes could move: the table, made from /proc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "balancer.h"
#include "candidates.h"
#include "fake_proc.h"

#define TICK_MS 10

/* One variable, which ends with a NUL. */
static void put_environ(int pid, const char *text)
{
	char name[32];

	snprintf(name, sizeof(name), "%d/environ", pid);
	fake_proc_put_bytes(name, text, strlen(text) + 1);
}

static void process_in(char state, int pid, unsigned int ticks,
		       unsigned int start)
{
	char name[32], text[256];

	snprintf(name, sizeof(name), "%d/stat", pid);
	snprintf(
		text, sizeof(text),
		"%d (simulate) %c 1 %d 600 0 -1 0 6 7 8 9 %u 0 1 2 20 0 1 0 %u "
		"10000000 4096 1 1 2 3\n",
		pid, state, pid, ticks, start);
	fake_proc_put(name, text);
}

static void process(int pid, unsigned int ticks, unsigned int start)
{
	process_in('R', pid, ticks, start);
}

static void give_to(int pid, uid_t user)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%d", proc_root, pid);
	assert_int_equal(chown(path, user, user), 0);
}

/* 700 and 701 compute, 702 is root's. */
static int proc_setup(void **state)
{
	fake_proc_new();
	fake_proc_directory("700");
	fake_proc_directory("701");
	fake_proc_directory("702");
	fake_proc_directory("self");
	process(700, 100, 1);
	process(701, 500, 2);
	process(702, 900, 3);
	fake_proc_put("700/where", "0\n");
	fake_proc_put("700/lock", "0\n");
	fake_proc_put("701/where", "0\n");
	fake_proc_put("701/lock", "0\n");
	if (geteuid() == 0) {
		give_to(700, 1000);
		give_to(701, 1001);
	}
	return 0;
}

static int proc_teardown(void **state)
{
	fake_proc_free();
	return 0;
}

static size_t list_of(struct candidates *all, int64_t now,
		      struct balance_process ret[BALANCE_PROCESSES])
{
	size_t index[BALANCE_PROCESSES];

	assert_int_equal(candidates_look(all, now, false), 0);
	return candidates_processes(all, now, ret, index);
}

static void users_processes_come_with_most_cpu_time_first(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	assert_int_equal(list_of(&all, 1000, list), 2);
	assert_int_equal(list[0].cpu_ms, 5000);
	assert_int_equal(list[1].cpu_ms, 1000);
	assert_non_null(candidates_find(&all, 700, 1));
	assert_int_equal(candidates_find(&all, 700, 1)->uid, 1000);
	assert_null(candidates_find(&all, 700, 2));
	assert_null(candidates_find(&all, 703, 1));
	candidates_free(&all);
}

static void what_ended_tells_how_long_its_kind_lives(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	for (unsigned int life = 1; life <= HISTORY_RUNS; life++) {
		list_of(&all, 2000 * life, list);
		assert_int_equal(list[1].usual_ms, 0);
		/* The same number, another process. */
		process(701, 100, 100 + life);
	}
	assert_int_equal(list_of(&all, 20000, list), 2);
	assert_int_equal(list[1].usual_ms, 1000);
	candidates_free(&all);
}

static void put_switches(int pid, unsigned int switches)
{
	char name[32], text[64];

	snprintf(name, sizeof(name), "%d/schedstat", pid);
	snprintf(text, sizeof(text), "1 2 %u\n", switches);
	fake_proc_put(name, text);
}

/* Of the process of user 1000; that of user 1001 has the same name. */
static void who_crawls_away_tells_it_of_its_kind(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	give_to(701, 1000);
	list_of(&all, 1000, list);
	fake_proc_put("700/where", "3\n");
	put_switches(700, 1000);
	list_of(&all, 2000, list);
	assert_false(list[0].crawls);
	put_switches(700, 3000);
	list_of(&all, 3000, list);
	assert_int_equal(list[0].at, 0);
	assert_true(list[0].crawls);
	assert_true(list[1].calls >= BALANCE_CRAWL_CALLS);
	candidates_free(&all);
}

static void a_number_that_is_used_again_is_another_process(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	list_of(&all, 1000, list);
	candidate_refused(candidates_find(&all, 701, 2), 1000);
	assert_int_equal(list_of(&all, 2000, list), 1);
	process(701, 50, 99);
	assert_int_equal(list_of(&all, 3000, list), 2);
	assert_null(candidates_find(&all, 701, 2));
	candidates_free(&all);
}

static void who_ended_and_is_not_waited_for_wants_nothing(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	assert_int_equal(list_of(&all, 1000, list), 2);
	fake_proc_put("701/where", "3\n");
	assert_int_equal(list_of(&all, 2000, list), 2);
	process_in('Z', 701, 500, 2);
	assert_int_equal(list_of(&all, 2000 + CANDIDATES_AWAY_MS, list), 1);
	assert_null(candidates_find(&all, 701, 2));
	candidates_free(&all);
}

static void who_cannot_become_one_takes_no_place_of_those_who_can(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	assert_int_equal(list_of(&all, 1000, list), 2);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.n_none, 1);
	/* It is not looked at again for a while. */
	give_to(702, 1000);
	assert_int_equal(list_of(&all, 2000, list), 2);
	assert_int_equal(list_of(&all, 1000 + CANDIDATES_SKIP_MS, list), 3);
	assert_int_equal(all.n_none, 0);
	candidates_free(&all);
}

/* A table of so many at home and away, each away on a node of its own. */
static void crowd(struct candidates *all, size_t home, size_t away)
{
	all->count = home + away;
	all->tick_ms = TICK_MS;
	all->list = calloc(all->count, sizeof(*all->list));
	assert_non_null(all->list);
	for (size_t i = 0; i < all->count; i++)
		all->list[i] = (struct candidate){
			.pid = (pid_t)i + 1,
			.looked = 1000,
			.wants = 100,
			.ticks = i + 1,
			.at = i < home ? 0 : (uint16_t)(i - home + 1),
		};
}

static void who_is_hungry_now_is_before_who_computed_long(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	size_t index[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	crowd(&all, 200, 0);
	for (size_t i = 100; i < 200; i++)
		all.list[i].wants = 5;
	all.list[7].wants = 400;
	assert_int_equal(candidates_processes(&all, 2000, list, index),
			 BALANCE_PROCESSES);
	assert_int_equal(index[0], 7);
	assert_int_equal(index[1], 99);
	assert_int_equal(index[2], 98);
	assert_int_equal(list[BALANCE_PROCESSES - 1].wants, 100);
	candidates_free(&all);
}

static void who_is_away_has_half_of_the_places_in_turn(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	size_t index[BALANCE_PROCESSES], half = BALANCE_PROCESSES / 2;
	struct candidates all = { 0 };
	bool seen[100] = { false };

	crowd(&all, 200, 100);
	for (int s = 0; s < 4; s++) {
		assert_int_equal(candidates_processes(&all, 2000, list, index),
				 BALANCE_PROCESSES);
		for (size_t i = 0; i < BALANCE_PROCESSES; i++) {
			assert_true((list[i].at != 0) == (i >= half));
			if (list[i].at)
				seen[list[i].at - 1] = true;
		}
	}
	for (size_t i = 0; i < 100; i++)
		assert_true(seen[i]);
	candidates_free(&all);
	/* And more if nobody else needs them. */
	crowd(&all, 3, 61);
	assert_int_equal(candidates_processes(&all, 2000, list, index), 64);
	assert_int_equal(list[2].at, 0);
	assert_int_not_equal(list[3].at, 0);
	candidates_free(&all);
}

static void rules_are_read(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	put_environ(701, "TESSERA_RULES=home");
	assert_int_equal(list_of(&all, 1000, list), 1);
	assert_int_equal(list[0].cpu_ms, 1000);
	candidates_free(&all);
}

/* Root's rights are back after a look. */
static void who_cannot_be_asked_stays(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };
	char path[256];

	if (geteuid() != 0)
		skip();
	put_environ(701, "A=b");
	snprintf(path, sizeof(path), "%s/701/environ", proc_root);
	assert_int_equal(chmod(path, 0400), 0); /* it is root's */
	assert_int_equal(list_of(&all, 1000, list), 1);
	assert_int_equal(list[0].cpu_ms, 1000);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(getegid(), 0);
	candidates_free(&all);
}

static void what_is_away_or_locked_is_read(void **state)
{
	struct balance_process list[BALANCE_PROCESSES];
	struct candidates all = { 0 };

	if (geteuid() != 0)
		skip();
	fake_proc_put("700/where", "4\n");
	fake_proc_put("700/schedstat", "7508426572 2067499456 77\n");
	fake_proc_put("701/lock", "1\n");
	assert_int_equal(list_of(&all, 1000, list), 1);
	assert_int_equal(list[0].at, 4);
	assert_int_equal(proc_switches(700), 77);
	candidates_free(&all);
}

static void who_sleeps_is_left_alone_for_a_while(void **state)
{
	struct candidates all = { 0 };
	struct balance_process list[BALANCE_PROCESSES];
	int64_t now = 1000;

	if (geteuid() != 0)
		skip();
	process_in('S', 701, 500, 2);
	list_of(&all, now, list);
	process(701, 700, 2);
	list_of(&all, now += CANDIDATES_ASLEEP_MS / 2, list);
	assert_int_equal(candidates_find(&all, 701, 2)->ticks, 500);
	assert_int_equal(candidates_find(&all, 700, 1)->looked, now);
	/* Memory is short. */
	assert_int_equal(candidates_look(&all, now, true), 0);
	assert_int_equal(candidates_find(&all, 701, 2)->ticks, 700);
	candidates_free(&all);
}

static void who_is_away_and_locked_is_found_out_when_it_is_to_come(void **state)
{
	struct candidates all = { 0 };
	struct balance_process list[BALANCE_PROCESSES];
	int64_t now = 1000;

	if (geteuid() != 0)
		skip();
	fake_proc_put("701/where", "4\n");
	fake_proc_put("701/lock", "1\n");
	assert_int_equal(list_of(&all, now, list), 2);
	assert_false(candidate_still_goes(candidates_find(&all, 701, 2), 0));
	assert_int_equal(list_of(&all, now, list), 1);
	fake_proc_put("701/lock", "0\n");
	assert_int_equal(list_of(&all, now += CANDIDATES_AWAY_MS, list), 2);
	assert_true(candidate_still_goes(candidates_find(&all, 701, 2), 0));
	candidates_free(&all);
}

static void who_has_ended_while_asleep_is_gone_at_once(void **state)
{
	struct candidates all = { 0 };
	struct balance_process list[BALANCE_PROCESSES];
	char path[FAKE_PROC_PATH], gone[FAKE_PROC_PATH];

	if (geteuid() != 0)
		skip();
	fake_proc_put("701/where", "4\n");
	list_of(&all, 1000, list);
	fake_proc_path(path, "701");
	fake_proc_path(gone, "gone");
	assert_int_equal(rename(path, gone), 0);
	list_of(&all, 1001, list);
	assert_null(candidates_find(&all, 701, 2));
	candidates_free(&all);
}

int main(void)
{
#define PROC_TEST(f) \
	cmocka_unit_test_setup_teardown(f, proc_setup, proc_teardown)
	const struct CMUnitTest tests[] = {
		PROC_TEST(users_processes_come_with_most_cpu_time_first),
		PROC_TEST(what_ended_tells_how_long_its_kind_lives),
		PROC_TEST(who_crawls_away_tells_it_of_its_kind),
		PROC_TEST(a_number_that_is_used_again_is_another_process),
		PROC_TEST(who_ended_and_is_not_waited_for_wants_nothing),
		PROC_TEST(
			who_cannot_become_one_takes_no_place_of_those_who_can),
		cmocka_unit_test(who_is_hungry_now_is_before_who_computed_long),
		cmocka_unit_test(who_is_away_has_half_of_the_places_in_turn),
		PROC_TEST(rules_are_read),
		PROC_TEST(who_cannot_be_asked_stays),
		PROC_TEST(what_is_away_or_locked_is_read),
		PROC_TEST(who_sleeps_is_left_alone_for_a_while),
		PROC_TEST(
			who_is_away_and_locked_is_found_out_when_it_is_to_come),
		PROC_TEST(who_has_ended_while_asleep_is_gone_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
