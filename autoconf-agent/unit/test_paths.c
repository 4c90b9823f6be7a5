// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which way to a silent node is tried next. Suspicion lasts six seconds: two
 * nodes on two links must have found the other link long before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "paths.h"

#define ETH0 2
#define ETH1 3

static struct sockaddr_in6 local(uint8_t last, uint32_t scope)
{
	struct sockaddr_in6 e = {
		.sin6_family = AF_INET6,
		.sin6_port = 1,
		.sin6_scope_id = scope,
	};

	e.sin6_addr.s6_addr[0] = 0xfe;
	e.sin6_addr.s6_addr[1] = 0x80;
	e.sin6_addr.s6_addr[15] = last;
	return e;
}

static void add(struct paths *p, uint8_t last, uint32_t scope, uint32_t link)
{
	struct sockaddr_in6 e = local(last, scope);

	paths_add(p, &e, link);
}

static bool in_use(const struct paths *p, uint8_t last, uint32_t scope)
{
	struct sockaddr_in6 e = local(last, scope);

	return paths_find(p, &e) == (int)p->current;
}

/* As mDNS tells them: every address of the node on every link of ours. */
static struct paths two_links(void)
{
	struct paths p = { 0 };

	add(&p, 1, ETH0, ETH0);
	add(&p, 2, ETH0, 0);
	add(&p, 1, ETH1, 0);
	add(&p, 2, ETH1, ETH1);
	paths_use(&p, 0, 0);
	return p;
}

static void the_other_link_is_tried_first(void **state)
{
	struct paths p = two_links();
	int next = paths_next(&p, 100, true, true);

	assert_true(next >= 0);
	paths_use(&p, (size_t)next, 100);
	assert_true(in_use(&p, 2, ETH1));
}

static void each_try_has_its_time(void **state)
{
	struct paths p = two_links();

	paths_use(&p, (size_t)paths_next(&p, 100, true, true), 100);
	assert_int_equal(paths_next(&p, 1099, true, true), -1);
	assert_true(paths_next(&p, 1100, true, true) >= 0);
}

static void all_are_tried_before_one_is_tried_again(void **state)
{
	struct paths p = two_links();
	unsigned int seen = 1;
	int64_t now = 0;

	for (int i = 0; i < 3; i++) {
		int next = paths_next(&p, now, true, true);

		assert_true(next >= 0);
		assert_int_equal(seen & 1U << next, 0);
		seen |= 1U << next;
		paths_use(&p, (size_t)next, now);
		now += 1000;
	}
	assert_int_equal(seen, 15);
	assert_true(paths_next(&p, now, true, true) >= 0);
}

/* Down for sure: only then there is time for what others say. */
static void a_suspect_is_not_sought_by_hearsay(void **state)
{
	struct paths p = two_links();
	int64_t now = 0;

	for (int i = 0; i < 100; i++, now += 1000) {
		int next = paths_next(&p, now, true, false);

		if (next < 0)
			continue;
		assert_int_not_equal(p.list[next].link, 0);
		paths_use(&p, (size_t)next, now);
	}
	now += 100000;
	paths_use(&p, (size_t)paths_next(&p, now, true, true), now);
	paths_use(&p, (size_t)paths_next(&p, now + 8000, true, true), now);
	assert_int_equal(p.list[p.current].link, 0);
}

static void the_path_that_worked_has_its_turn_again(void **state)
{
	struct paths p = two_links();
	bool again = false;

	paths_use(&p, 1, 0); /* it works, though no announcement showed it */
	for (int64_t now = 0; now < 6000 && !again; now += 100) {
		int next = paths_next(&p, now, true, false);

		if (next < 0)
			continue;
		paths_use(&p, (size_t)next, now);
		again = in_use(&p, 2, ETH0);
		for (uint8_t i = 10; i < 30; i++)
			add(&p, i, ETH0, 0);
	}
	assert_true(again);
}

static void without_another_path_rounds_do_not_count(void **state)
{
	struct paths p = { 0 };

	add(&p, 1, ETH0, ETH0);
	add(&p, 2, ETH0, 0);
	paths_use(&p, 0, 0);
	for (int64_t now = 0; now < 6000; now += 100)
		assert_int_equal(paths_next(&p, now, true, false), -1);
	assert_int_equal(p.rounds, 0);
	assert_int_equal(paths_next(&p, 6000, true, true), 1);
}

static void rounds_grow_longer_until_a_new_endpoint_comes(void **state)
{
	struct paths p = two_links();
	int64_t now = 0;

	for (int i = 0; i < 100; i++, now += 100000)
		paths_use(&p, (size_t)paths_next(&p, now, true, true), now);
	now = p.switched;
	assert_int_equal(paths_next(&p, now + 7999, true, true), -1);
	add(&p, 3, ETH0, ETH0);
	assert_true(paths_next(&p, now + 1000, true, true) >= 0);
}

static void an_answer_begins_anew(void **state)
{
	struct paths p = two_links();

	paths_use(&p, (size_t)paths_next(&p, 100, true, true), 100);
	paths_answered(&p);
	paths_use(&p, (size_t)paths_next(&p, 200, true, true), 200);
	assert_true(in_use(&p, 1, ETH0));
}

static void a_new_node_s_first_path_has_time_for_a_handshake(void **state)
{
	struct paths p = two_links();

	assert_int_equal(paths_next(&p, 1999, false, true), -1);
	assert_true(paths_next(&p, 2000, false, true) >= 0);
}

static void a_single_path_is_kept(void **state)
{
	struct paths p = { 0 };

	assert_int_equal(paths_next(&p, 0, true, true), -1);
	add(&p, 1, ETH0, ETH0);
	paths_use(&p, 0, 0);
	paths_answered(&p);
	assert_int_equal(paths_next(&p, 100000, true, true), -1);
	assert_true(p.trying); /* or WireGuard is asked again and again */
}

static void a_full_list_forgets_hearsay_and_never_the_one_in_use(void **state)
{
	struct paths p = two_links();

	paths_use(&p, 1, 0);
	for (uint8_t i = 10; i < 200; i++)
		add(&p, i, ETH0, 0);
	assert_int_equal(p.count, PATHS_MAX);
	assert_true(in_use(&p, 2, ETH0));
	for (size_t i = 0, seen = 0; i < p.count; i++) {
		seen += p.list[i].link != 0;
		if (i == p.count - 1)
			assert_int_equal(seen, 2);
	}
	for (uint8_t i = 10; i < 200; i++)
		add(&p, i, ETH1, ETH1);
	assert_int_equal(p.count, PATHS_MAX);
	assert_true(in_use(&p, 2, ETH0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_other_link_is_tried_first),
		cmocka_unit_test(each_try_has_its_time),
		cmocka_unit_test(all_are_tried_before_one_is_tried_again),
		cmocka_unit_test(a_suspect_is_not_sought_by_hearsay),
		cmocka_unit_test(the_path_that_worked_has_its_turn_again),
		cmocka_unit_test(without_another_path_rounds_do_not_count),
		cmocka_unit_test(rounds_grow_longer_until_a_new_endpoint_comes),
		cmocka_unit_test(an_answer_begins_anew),
		cmocka_unit_test(
			a_new_node_s_first_path_has_time_for_a_handshake),
		cmocka_unit_test(a_single_path_is_kept),
		cmocka_unit_test(
			a_full_list_forgets_hearsay_and_never_the_one_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
