// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which processes could move, and what they want.
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
#define PAGE 4096

/* A program of an ordinary user that computes. */
static struct candidate_look look_of(uint64_t ticks, uint32_t runnable)
{
	return (struct candidate_look){
		.pid = 700,
		.stat = { .comm = "simulate",
			  .state = 'R',
			  .session = 600,
			  .group = 700,
			  .tty = 34816,
			  .threads = 1,
			  .ticks = ticks,
			  .start = 5,
			  .pages = 25600 },
		.uid = 1000,
		.gid = 1000,
		.runnable = runnable,
		.page_size = PAGE,
	};
}

static void see(struct candidate *c, int64_t now, uint64_t ticks,
		uint32_t runnable, uint16_t at)
{
	struct candidate_look look = look_of(ticks, runnable);

	look.at = at;
	candidate_see(c, now, TICK_MS, &look);
}

static void who_computes_is_seen_at_once(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	assert_true(candidate_process(&c, 1000, false, &p));
	assert_int_equal(p.wants, 100);
	assert_int_equal(p.mem_mib, 100);
	assert_int_equal(p.at, 0);
	assert_false(p.pinned);
}

static void who_sleeps_is_not(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 0, 0);
	assert_false(candidate_process(&c, 1000, false, &p));
	/* Nor who computed a while ago. */
	see(&c, 2000, 150, 1, 0);
	assert_true(candidate_process(&c, 2000, false, &p));
	for (int s = 3; s < 30; s++)
		see(&c, s * 1000, 150, 0, 0);
	assert_false(candidate_process(&c, 30000, false, &p));
}

static void who_sleeps_could_go_when_memory_is_short(void **state)
{
	const struct rules home = { .home = true };
	struct candidate c = { .pid = 700 };
	struct candidate_look look = look_of(50, 0);
	struct balance_process p;

	candidate_see(&c, 1000, TICK_MS, &look);
	assert_true(candidate_process(&c, 1000, true, &p));
	assert_int_equal(p.wants, 0);
	assert_int_equal(p.mem_mib, 100);
	candidate_ruled(&c, &home, 0);
	assert_false(candidate_process(&c, 1000, true, &p));
	candidate_ruled(&c, &home, -ENOENT);
	look.stat.pages = (BALANCE_USHER_MIB << 20) / PAGE - 1;
	candidate_see(&c, 2000, TICK_MS, &look);
	assert_false(candidate_process(&c, 2000, true, &p));
}

static void threads_are_wishes(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	for (int s = 1; s < 30; s++)
		see(&c, s * 1000, (uint64_t)s * 100, 4, 0);
	assert_true(candidate_process(&c, 30000, false, &p));
	assert_in_range(p.wants, 390, 400);
}

static void away_it_wants_what_it_wanted_while_it_computes(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	for (int s = 1; s < 10; s++)
		see(&c, s * 1000, (uint64_t)s * 20, 1, 0);
	candidate_moved(&c, 9500, 3, 1);
	for (int s = 10; s < 30; s++)
		see(&c, s * 1000, (uint64_t)s * 90, 0, 3);
	assert_true(candidate_process(&c, 30000, false, &p));
	assert_int_equal(p.at, 3);
	assert_in_range(p.wants, 95, 100);
	assert_int_equal(p.mem_mib, 100);
	/* It ended computing. */
	for (int s = 30; s < 90; s++)
		see(&c, s * 1000, 2700, 0, 3);
	assert_true(candidate_process(&c, 90000, false, &p));
	assert_in_range(p.wants, 0, 5);
}

static void time_in_the_kernel_is_that_of_late(void **state)
{
	struct candidate c = { .pid = 700 };
	struct candidate_look look;
	struct balance_process p;

	for (int s = 1; s < 10; s++) {
		look = look_of((uint64_t)s * 100, 1);
		look.stat.system_ticks = (uint64_t)s * 50;
		candidate_see(&c, s * 1000, TICK_MS, &look);
	}
	assert_true(candidate_process(&c, 10000, false, &p));
	assert_in_range(p.in_kernel, 490, 510);
	for (int s = 10; s < 40; s++) {
		look = look_of((uint64_t)s * 100, 1);
		look.stat.system_ticks = 450;
		candidate_see(&c, s * 1000, TICK_MS, &look);
	}
	assert_true(candidate_process(&c, 40000, false, &p));
	assert_in_range(p.in_kernel, 0, 10);
}

static void calls_home_are_counted(void **state)
{
	struct candidate c = { .pid = 700 };
	struct candidate_look look = look_of(100, 0);
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	candidate_moved(&c, 1500, 3, 1);
	look.at = 3;
	look.switches = 1000;
	candidate_see(&c, 2000, TICK_MS, &look);
	look.switches = 3500;
	candidate_see(&c, 3000, TICK_MS, &look);
	assert_true(candidate_process(&c, 3000, false, &p));
	assert_int_equal(p.calls, 2500);
}

static void moves_are_remembered_the_latest_first(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	candidate_moved(&c, 2000, 3, 1);
	candidate_moved(&c, 3000, 4, 2);
	assert_true(candidate_process(&c, 3000, false, &p));
	assert_int_equal(p.at, 4);
	assert_int_equal(p.moved[0], 3000);
	assert_int_equal(p.moved[1], 3000);
	assert_int_equal(p.moved[2], 2000);
}

static void what_its_host_used_before_is_remembered(void **state)
{
	struct balance_node host = { .number = 3,
				     .mem_mib = 900,
				     .free_mib = 600 };
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	candidate_moved(&c, 2000, 3, 1);
	candidate_host(&c, &host);
	host.free_mib = 100;
	candidate_host(&c, &host);
	assert_true(candidate_process(&c, 3000, false, &p));
	assert_int_equal(p.there_mib, 300);
	/* That was another host's. */
	candidate_moved(&c, 4000, 4, 2);
	candidate_host(&c, &host);
	assert_true(candidate_process(&c, 4000, false, &p));
	assert_int_equal(p.there_mib, 0);
}

static void who_refused_is_asked_again_later_and_later(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;
	int64_t now = 1000, wait = CANDIDATES_AGAIN_MS;

	see(&c, now, 50, 1, 0);
	for (int i = 0; i < 20; i++) {
		candidate_refused(&c, now);
		assert_false(candidate_process(&c, now + wait - 1, false, &p));
		assert_true(candidate_process(&c, now + wait, false, &p));
		now += wait;
		wait = wait * 2 > CANDIDATES_AGAIN_MAX_MS ?
			       CANDIDATES_AGAIN_MAX_MS :
			       wait * 2;
	}
}

static void who_came_home_by_itself_stays_for_a_while(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	candidate_moved(&c, 1500, 3, 1);
	see(&c, 2000, 60, 0, 3);
	see(&c, 3000, 70, 1, 0); /* it called fork() */
	assert_false(candidate_process(&c, 3000, false, &p));
	assert_int_equal(c.moved[0], 3000);
	assert_int_equal(c.moved[1], 1500);
	assert_true(
		candidate_process(&c, 3000 + CANDIDATES_AGAIN_MS, false, &p));
}

static void
who_comes_home_once_in_a_while_waits_no_longer_each_time(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;
	int64_t now = 1000;

	see(&c, now, 50, 1, 0);
	for (int hour = 0; hour < 8; hour++) {
		now += 3600000;
		candidate_moved(&c, now, 3, 1);
		see(&c, now + 1000, 60, 0, 3);
		now += 3600000;
		see(&c, now, 70, 1, 0);
	}
	assert_true(
		candidate_process(&c, now + CANDIDATES_AGAIN_MS, false, &p));
}

static void what_was_ordered_it_does_not_do_itself(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	candidate_moved(&c, 1500, 3, 1);
	c.ordered = true;
	see(&c, 2000, 60, 1, 0); /* by home, to another node */
	assert_int_equal(c.moved[0], 1500);
	c.ordered = false;
	candidate_moved(&c, 2500, 4, 2);
	see(&c, 3000, 60, 0, 4);
	assert_true(candidate_process(&c, 3000, false, &p));
	assert_int_equal(p.at, 4);
	assert_false(p.pinned);
}

static void where_its_user_put_it_it_is_pinned(void **state)
{
	struct candidate c = { .pid = 700 };
	struct balance_process p;

	see(&c, 1000, 50, 1, 0);
	see(&c, 2000, 100, 0, 3);
	assert_true(candidate_process(&c, 2000, false, &p));
	assert_true(p.pinned);
	see(&c, 3000, 150, 1, 0);
	assert_true(candidate_process(&c, 3000, false, &p));
	assert_false(p.pinned);
}

static void a_locked_one_is_not_seen(void **state)
{
	struct candidate c = { .pid = 700 };
	struct candidate_look look = look_of(100, 1);
	struct balance_process p;

	look.locked = true;
	candidate_see(&c, 1000, TICK_MS, &look);
	assert_false(candidate_process(&c, 1000, false, &p));
}

static void its_user_has_the_last_word(void **state)
{
	const struct rules home = { .home = true }, stay = { .stay = true },
			   io = { .kind = RULES_KIND_IO },
			   on = { .n_ranges = 1, .ranges = { { 2, 3 } } },
			   cpu = { .kind = RULES_KIND_CPU };
	struct candidate c = { .pid = 700 };
	struct candidate_look look = look_of(100, 1);
	struct balance_process p;

	look.stat.system_ticks = 90;
	candidate_see(&c, 1000, TICK_MS, &look);
	candidate_ruled(&c, &home, 0);
	assert_false(candidate_process(&c, 1000, false, &p));
	candidate_ruled(&c, &stay, 0);
	assert_false(candidate_process(&c, 1000, false, &p));
	candidate_ruled(&c, &io, 0);
	assert_false(candidate_process(&c, 1000, false, &p));
	candidate_ruled(&c, &home, -EACCES);
	assert_false(candidate_process(&c, 1000, false, &p));
	assert_true(c.ruled);
	candidate_ruled(&c, &home, -EAGAIN);
	assert_false(candidate_process(&c, 1000, false, &p));
	assert_false(c.ruled); /* to be asked again */
	candidate_ruled(&c, &home, -ENOENT);
	assert_true(c.ruled);
	assert_true(candidate_process(&c, 1000, false, &p));
	assert_null(p.rules);
	candidate_ruled(&c, &on, 0);
	assert_true(candidate_process(&c, 1000, false, &p));
	assert_ptr_equal(p.rules, &c.rules);
	look.stat.ticks = 200;
	look.stat.system_ticks = 180;
	candidate_see(&c, 2000, TICK_MS, &look);
	assert_true(candidate_process(&c, 2000, false, &p));
	assert_int_equal(p.in_kernel, 900);
	candidate_ruled(&c, &cpu, 0);
	assert_true(candidate_process(&c, 2000, false, &p));
	assert_int_equal(p.in_kernel, 0);
}

static void another_program_has_other_rules(void **state)
{
	struct candidate c = { .pid = 700 };
	struct candidate_look look = look_of(100, 1);

	candidate_see(&c, 1000, TICK_MS, &look);
	candidate_ruled(&c, &(struct rules){ 0 }, 0);
	candidate_see(&c, 2000, TICK_MS, &look);
	assert_true(c.ruled);
	strcpy(look.stat.comm, "other");
	candidate_see(&c, 3000, TICK_MS, &look);
	assert_false(c.ruled);
}

static void some_are_none(void **state)
{
	struct candidate_look look = look_of(100, 1);

	assert_false(candidate_is_none(&look));
	look.uid = 0;
	assert_true(candidate_is_none(&look));
	look.uid = 65534;
	assert_true(candidate_is_none(&look));
	look.uid = 110; /* a daemon */
	assert_true(candidate_is_none(&look));
	look.uid = 0x7e550000u + 3; /* node 3's guest */
	assert_true(candidate_is_none(&look));
	look = look_of(100, 1);
	look.stat.flags = 0x200040; /* a kernel thread */
	assert_true(candidate_is_none(&look));
	look = look_of(100, 1);
	look.stat.session = look.pid; /* the shell of a terminal */
	assert_true(candidate_is_none(&look));
	look.stat.tty = 0; /* a job without one */
	assert_false(candidate_is_none(&look));
	look.stat.state = 'Z';
	assert_true(candidate_is_none(&look));
}

static void refusals_are_the_nodes_or_the_process_own(void **state)
{
	assert_int_equal(balancer_blames_node(""), 0);
	assert_int_equal(balancer_blames_node("it uses io_uring"), 0);
	assert_int_equal(balancer_blames_node("the node takes no guests now"),
			 30000);
	assert_int_equal(
		balancer_blames_node("the node runs another kernel build"),
		3600000);
	assert_int_equal(balancer_blames_node(
				 "the CPU there lacks a feature of this one"),
			 3600000);
}

/* --- with a /proc --- */

/* One variable, which ends with a NUL. */
static void put_environ(int pid, const char *text)
{
	char name[32];

	snprintf(name, sizeof(name), "%d/environ", pid);
	fake_proc_put_bytes(name, text, strlen(text) + 1);
}

static void process(int pid, unsigned int ticks, unsigned int start)
{
	char name[32], text[256];

	snprintf(name, sizeof(name), "%d/stat", pid);
	snprintf(text, sizeof(text),
		 "%d (simulate) R 1 %d 600 0 -1 0 6 7 8 9 %u 0 1 2 20 0 1 0 %u "
		 "10000000 4096 1 1 2 3\n",
		 pid, pid, ticks, start);
	fake_proc_put(name, text);
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
	const struct candidate *c;

	if (geteuid() != 0)
		skip();
	assert_int_equal(list_of(&all, 1000, list), 2);
	fake_proc_put("701/where", "3\n");
	assert_int_equal(list_of(&all, 2000, list), 2);
	fake_proc_put(
		"701/stat",
		"701 (simulate) Z 1 701 600 0 -1 0 6 7 8 9 500 0 1 2 20 0 "
		"1 0 2 0 0 1 1 2 3\n");
	assert_int_equal(list_of(&all, 3000, list), 1);
	c = candidates_find(&all, 701, 2);
	assert_non_null(c);
	assert_int_equal(c->wants, 0);
	assert_int_equal(c->runnable, 0);
	assert_int_equal(c->at, 0);
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
	fake_proc_put("700/status",
		      "Name:\tsimulate\nvoluntary_ctxt_switches:\t77\n");
	fake_proc_put("701/lock", "1\n");
	assert_int_equal(list_of(&all, 1000, list), 1);
	assert_int_equal(list[0].at, 4);
	assert_int_equal(proc_switches(700), 77);
	candidates_free(&all);
}

int main(void)
{
#define PROC_TEST(f) \
	cmocka_unit_test_setup_teardown(f, proc_setup, proc_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_computes_is_seen_at_once),
		cmocka_unit_test(who_sleeps_is_not),
		cmocka_unit_test(who_sleeps_could_go_when_memory_is_short),
		cmocka_unit_test(threads_are_wishes),
		cmocka_unit_test(
			away_it_wants_what_it_wanted_while_it_computes),
		cmocka_unit_test(time_in_the_kernel_is_that_of_late),
		cmocka_unit_test(calls_home_are_counted),
		cmocka_unit_test(moves_are_remembered_the_latest_first),
		cmocka_unit_test(what_its_host_used_before_is_remembered),
		cmocka_unit_test(who_refused_is_asked_again_later_and_later),
		cmocka_unit_test(who_came_home_by_itself_stays_for_a_while),
		cmocka_unit_test(
			who_comes_home_once_in_a_while_waits_no_longer_each_time),
		cmocka_unit_test(what_was_ordered_it_does_not_do_itself),
		cmocka_unit_test(where_its_user_put_it_it_is_pinned),
		cmocka_unit_test(a_locked_one_is_not_seen),
		cmocka_unit_test(its_user_has_the_last_word),
		cmocka_unit_test(another_program_has_other_rules),
		cmocka_unit_test(some_are_none),
		cmocka_unit_test(refusals_are_the_nodes_or_the_process_own),
		PROC_TEST(users_processes_come_with_most_cpu_time_first),
		PROC_TEST(what_ended_tells_how_long_its_kind_lives),
		PROC_TEST(a_number_that_is_used_again_is_another_process),
		PROC_TEST(who_ended_and_is_not_waited_for_wants_nothing),
		cmocka_unit_test(who_is_hungry_now_is_before_who_computed_long),
		cmocka_unit_test(who_is_away_has_half_of_the_places_in_turn),
		PROC_TEST(rules_are_read),
		PROC_TEST(who_cannot_be_asked_stays),
		PROC_TEST(what_is_away_or_locked_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
