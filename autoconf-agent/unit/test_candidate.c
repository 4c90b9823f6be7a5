// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that could move, and what it wants.
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

#include "balancer.h"
#include "candidates.h"

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
	look.stat.ticks = 200;
	look.switches = 3500;
	candidate_see(&c, 3000, TICK_MS, &look);
	assert_true(candidate_process(&c, 3000, false, &p));
	assert_int_equal(c.recent, 37 + 100); /* of it a second */
	assert_int_equal(p.calls, 2500 * 100 / c.recent);
	assert_int_equal(c.away, CANDIDATE_AWAY_CRAWLED);
}

/* So many a second, of which it computes so much, hundredths; for a while. */
static struct candidate away(uint64_t calls, uint64_t used)
{
	struct candidate c = { .pid = 700 };
	struct candidate_look look = look_of(50, 0);

	see(&c, 1000, 50, 1, 0);
	candidate_moved(&c, 1000, 3, 1);
	c.switches = 700;
	look.at = 3;
	for (int s = 1; s <= 20; s++) {
		look.stat.ticks += used;
		look.switches = 700 + calls * (uint64_t)s;
		candidate_see(&c, 1000 + s * 1000, TICK_MS, &look);
	}
	return c;
}

static void who_waits_for_home_crawls_at_few_calls_a_second(void **state)
{
	struct candidate c;

	c = away(800, 30);
	assert_int_equal(c.away, CANDIDATE_AWAY_CRAWLED);
	assert_in_range(c.calls, 2600, 2800);
	c = away(300, 90);
	assert_int_equal(c.away, CANDIDATE_AWAY_WELL);
	assert_in_range(c.calls, 330, 340);
	/* It sleeps. */
	c = away(20, 1);
	assert_int_equal(c.away, CANDIDATE_AWAY_WELL);
	assert_int_equal(c.calls, 0);
}

static void who_ends_while_he_is_looked_at_does_not_crawl(void **state)
{
	struct candidate c = away(0, 90);
	struct candidate_look look = look_of(2000, 0);

	look.at = 3;
	look.switches = 0;
	candidate_see(&c, 22000, TICK_MS, &look);
	assert_int_equal(c.calls, 0);
	assert_int_equal(c.away, CANDIDATE_AWAY_WELL);
}

static void how_it_did_away_is_known_at_home_and_forgotten_there(void **state)
{
	struct candidate c = away(800, 30);

	candidate_moved(&c, 30000, 0, 1);
	assert_int_equal(c.away, CANDIDATE_AWAY_CRAWLED);
	candidate_moved(&c, 90000, 3, 1);
	assert_int_equal(c.away, CANDIDATE_AWAY_UNKNOWN);
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
	assert_true(c.came_home);
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

static void one_look_makes_nobody_hungry(void **state)
{
	struct candidate c = { .pid = 700 };

	see(&c, 1000, 50, 0, 0);
	see(&c, 61000, 50, 1, 0);
	assert_in_range(c.wants, 1, BALANCE_HUNGRY - 1);
	see(&c, 62000, 150, 1, 0);
	assert_in_range(c.wants, BALANCE_HUNGRY, 100);
}

static void who_computes_at_home_is_looked_at_each_time(void **state)
{
	struct candidate c = { .pid = 700 };

	assert_true(candidate_is_due(&c, 1000));
	see(&c, 1000, 50, 1, 0);
	assert_true(candidate_is_due(&c, 1001));
	/* It rests between two steps. */
	see(&c, 2000, 60, 0, 0);
	assert_true(candidate_is_due(&c, 2001));
	for (int64_t now = 3000; now < 33000; now += 1000)
		see(&c, now, 60, 0, 0);
	assert_false(candidate_is_due(&c, c.looked + CANDIDATES_ASLEEP_MS - 1));
	assert_true(candidate_is_due(&c, c.looked + CANDIDATES_ASLEEP_MS));
	candidate_moved(&c, 35000, 3, 1);
	see(&c, 36000, 60, 0, 3);
	assert_true(candidate_is_due(&c, 36001));
	see(&c, 35000 + CANDIDATES_A_WHILE_MS, 60, 0, 3);
	assert_false(candidate_is_due(&c, c.looked + CANDIDATES_AWAY_MS - 1));
	assert_true(candidate_is_due(&c, c.looked + CANDIDATES_AWAY_MS));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_computes_is_seen_at_once),
		cmocka_unit_test(who_sleeps_is_not),
		cmocka_unit_test(who_sleeps_could_go_when_memory_is_short),
		cmocka_unit_test(threads_are_wishes),
		cmocka_unit_test(
			away_it_wants_what_it_wanted_while_it_computes),
		cmocka_unit_test(time_in_the_kernel_is_that_of_late),
		cmocka_unit_test(calls_home_are_counted),
		cmocka_unit_test(
			who_waits_for_home_crawls_at_few_calls_a_second),
		cmocka_unit_test(who_ends_while_he_is_looked_at_does_not_crawl),
		cmocka_unit_test(
			how_it_did_away_is_known_at_home_and_forgotten_there),
		cmocka_unit_test(moves_are_remembered_the_latest_first),
		cmocka_unit_test(what_its_host_used_before_is_remembered),
		cmocka_unit_test(who_refused_is_asked_again_later_and_later),
		cmocka_unit_test(who_came_home_by_itself_stays_for_a_while),
		cmocka_unit_test(
			who_comes_home_once_in_a_while_waits_no_longer_each_time),
		cmocka_unit_test(what_was_ordered_it_does_not_do_itself),
		cmocka_unit_test(where_its_user_put_it_it_is_pinned),
		cmocka_unit_test(one_look_makes_nobody_hungry),
		cmocka_unit_test(who_computes_at_home_is_looked_at_each_time),
		cmocka_unit_test(a_locked_one_is_not_seen),
		cmocka_unit_test(its_user_has_the_last_word),
		cmocka_unit_test(another_program_has_other_rules),
		cmocka_unit_test(some_are_none),
		cmocka_unit_test(refusals_are_the_nodes_or_the_process_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
