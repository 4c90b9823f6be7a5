// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Membership as a whole, on a simulated network: forming, losing, healing, and
 * never a number twice in one view (simnet.c asserts that all along).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "members_internal.h"
#include "simnet.h"
#include "wire.h"

#define SEEDS 12

static size_t nodes, dead;

static bool dead_is_down(struct simnet *sim)
{
	for (size_t i = 0; i < nodes; i++)
		if (sim_members(sim, i) &&
		    sim_status(sim, i, dead) != NODE_DOWN)
			return false;
	return true;
}

static bool dead_has_left(struct simnet *sim)
{
	for (size_t i = 0; i < nodes; i++)
		if (sim_members(sim, i) &&
		    sim_status(sim, i, dead) != NODE_LEFT)
			return false;
	return true;
}

static struct simnet *formed(unsigned seed, size_t count)
{
	struct simnet *sim = sim_new(seed);

	nodes = count;
	for (size_t i = 0; i < count; i++)
		sim_boot(sim, i);
	assert_int_not_equal(sim_until(sim, 15000, sim_agreed), -1);
	return sim;
}

static void one_node_alone_gets_number_one(void **state)
{
	struct simnet *sim = sim_new(1);

	(void)state;
	nodes = 1;
	sim_boot(sim, 0);
	assert_in_range(sim_until(sim, 10000, sim_agreed), 0, 9000);
	assert_int_equal(sim_number(sim, 0, 0), 1);
	sim_free(sim);
}

static void who_is_too_busy_to_listen_listens_for_longer(void **state)
{
	struct simnet *sim = sim_new(1);
	int64_t took;

	(void)state;
	nodes = 1;
	sim_boot(sim, 0);
	sim_late(sim, 0, 350);
	took = sim_until(sim, 60000, sim_agreed);
	print_message("alone after %d ms\n", (int)took);
	assert_in_range(took, 25000, 45000);
	sim_free(sim);
}

static void ten_nodes_started_together_have_ten_numbers(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 10);

		sim_run(sim, 10000);
		assert_true(sim_agreed(sim));
		sim_free(sim);
	}
}

static void a_newcomer_is_a_member_within_three_seconds(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 3);

		sim_run(sim, 5000);
		sim_boot(sim, 3);
		assert_in_range(sim_until(sim, 10000, sim_agreed), 0, 3000);
		sim_free(sim);
	}
}

static void a_dead_node_is_known_to_all_within_ten_seconds(void **state)
{
	int64_t worst = 0;

	(void)state;
	for (size_t count = 2; count <= 20; count += 6) {
		for (unsigned seed = 1; seed <= SEEDS; seed++) {
			struct simnet *sim = formed(seed, count);
			int64_t took;

			sim_run(sim, 7000 + seed * 97);
			dead = 1;
			sim_kill(sim, dead);
			took = sim_until(sim, 20000, dead_is_down);
			assert_in_range(took, 5000, 9800);
			if (took > worst)
				worst = took;
			sim_free(sim);
		}
	}
	print_message("worst time to a known death: %d ms\n", (int)worst);
}

static bool dead_is_suspect(struct simnet *sim)
{
	return sim_status(sim, 0, dead) == NODE_SUSPECT;
}

static void a_suspect_is_asked_twice_a_second(void **state)
{
	struct simnet *sim = formed(1, 2);
	uint64_t before;

	(void)state;
	dead = 1;
	sim_kill(sim, dead);
	assert_int_not_equal(sim_until(sim, 3000, dead_is_suspect), -1);
	before = sim_pings(sim);
	sim_run(sim, 4000);
	assert_in_range(sim_pings(sim) - before, 8, 9);
	sim_free(sim);
}

static bool second_half_is_down(struct simnet *sim)
{
	for (size_t i = 0; i < nodes / 2; i++)
		for (size_t j = nodes / 2; j < nodes; j++)
			if (sim_status(sim, i, j) != NODE_DOWN)
				return false;
	return true;
}

static void half_of_all_lost_at_once_is_known_too(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 16);

		sim_run(sim, 7000);
		for (size_t i = nodes / 2; i < nodes; i++)
			sim_kill(sim, i);
		assert_in_range(sim_until(sim, 20000, second_half_is_down),
				5000, 12000);
		for (size_t i = 0; i < nodes / 2; i++)
			for (size_t j = 0; j < nodes / 2; j++)
				assert_int_equal(sim_status(sim, i, j),
						 NODE_UP);
		sim_free(sim);
	}
}

static void a_rebooted_node_takes_its_number_back(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 5);
		uint16_t number = sim_number(sim, 0, 3);

		sim_run(sim, 5000);
		sim_kill(sim, 3);
		/* Sooner or later than its death is known. */
		sim_run(sim, seed % 2 ? 3000 : 15000);
		sim_boot(sim, 3);
		assert_int_not_equal(sim_until(sim, 10000, sim_agreed), -1);
		assert_int_equal(sim_number(sim, 0, 3), number);
		sim_free(sim);
	}
}

static void a_short_cut_loses_nobody(void **state)
{
	(void)state;
	for (size_t count = 3; count <= 10; count += 7) {
		for (unsigned seed = 1; seed <= SEEDS; seed++) {
			struct simnet *sim = formed(seed, count);

			sim_run(sim, 5000 + seed * 31);
			sim_group(sim, 2, 1);
			for (int ms = 0; ms < 5200; ms++) {
				sim_run(sim, 1);
				assert_int_not_equal(sim_status(sim, 0, 2),
						     NODE_DOWN);
			}
			sim_group(sim, 2, 0);
			for (int ms = 0; ms < 8000; ms++) {
				sim_run(sim, 1);
				assert_int_not_equal(sim_status(sim, 0, 2),
						     NODE_DOWN);
				assert_int_not_equal(sim_status(sim, 2, 0),
						     NODE_DOWN);
			}
			assert_true(sim_agreed(sim));
			sim_free(sim);
		}
	}
}

/* Node 0 changes to another link, by which it reaches only node 1. */
static void a_node_that_others_still_reach_is_not_lost(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 3);

		sim_run(sim, 5000 + seed * 31);
		sim_cut(sim, 0, 1, true);
		sim_cut(sim, 0, 2, true);
		sim_run(sim, 3000);
		sim_cut(sim, 0, 1, false);
		for (int ms = 0; ms < 30000; ms++) {
			sim_run(sim, 1);
			assert_int_not_equal(sim_status(sim, 0, 2), NODE_DOWN);
			assert_int_not_equal(sim_status(sim, 2, 0), NODE_DOWN);
		}
		assert_true(sim_agreed(sim));
		sim_free(sim);
	}
}

static void a_long_cut_is_marked_and_healed(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 6);
		uint16_t numbers[6];

		sim_run(sim, 5000);
		for (size_t i = 0; i < 6; i++)
			numbers[i] = sim_number(sim, i, i);
		sim_group(sim, 4, 1);
		sim_group(sim, 5, 1);
		sim_run(sim, 60000);
		assert_int_equal(sim_status(sim, 0, 4), NODE_DOWN);
		assert_int_equal(sim_status(sim, 4, 0), NODE_DOWN);
		assert_int_equal(sim_status(sim, 4, 5), NODE_UP);
		sim_group(sim, 4, 0);
		sim_group(sim, 5, 0);
		assert_in_range(sim_until(sim, 30000, sim_agreed), 0, 15000);
		for (size_t i = 0; i < 6; i++)
			assert_int_equal(sim_number(sim, 0, i), numbers[i]);
		sim_free(sim);
	}
}

static void when_two_clusters_meet_the_larger_keeps_its_numbers(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = sim_new(seed);
		uint16_t numbers[5];

		nodes = 7;
		/* The small one is older: age alone must not win. */
		sim_group(sim, 5, 1);
		sim_group(sim, 6, 1);
		sim_boot(sim, 5);
		sim_boot(sim, 6);
		sim_run(sim, 20000);
		for (size_t i = 0; i < 5; i++)
			sim_boot(sim, i);
		sim_run(sim, 20000);
		for (size_t i = 0; i < 5; i++)
			numbers[i] = sim_number(sim, 0, i);
		sim_group(sim, 5, 0);
		sim_group(sim, 6, 0);
		assert_int_not_equal(sim_until(sim, 30000, sim_agreed), -1);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(sim_number(sim, 6, i), numbers[i]);
		sim_free(sim);
	}
}

/* A member tells of a node that does not exist, with the best of claims. */
static void what_nobody_can_name_takes_nothing_and_dies_out(void **state)
{
	struct simnet *sim = formed(11, 4);
	struct wire_message msg = { .type = WIRE_ACK, .count = 1 };
	uint16_t number = sim_number(sim, 0, 0);
	uint8_t data[WIRE_MAX];
	struct node *const *list;
	int len;

	(void)state;
	msg.entries[0] = (struct node_entry){
		.id = { { 0xee, 1 } },
		.incarnation = 1,
		.status = NODE_UP,
		.claim = { .number = number, .weight = 65535 },
	};
	len = wire_encode(&msg, data);
	assert_true(len > 0);
	sim_run(sim, 5000);
	assert_int_equal(members_receive(sim_members(sim, 0), sim_now(sim),
					 &members_self(sim_members(sim, 1))->id,
					 data, (size_t)len),
			 0);
	assert_int_equal(members_list(sim_members(sim, 0), &list), 5);
	sim_run(sim, 40000);
	assert_int_equal(sim_number(sim, 0, 0), number);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(members_list(sim_members(sim, i), &list), 4);
	sim_free(sim);
}

static struct node *replay(struct simnet *sim, size_t i)
{
	struct node_info info = { .name = "old", .role = NODE_ROLE_DRONE };

	info.key[0] = (uint8_t)i;
	info.key[1] = (uint8_t)(i >> 8);
	info.key[2] = 1;
	return members_introduce(sim_members(sim, 0), sim_now(sim), &info);
}

/* Announcements of nodes that are long gone, sent again by somebody. */
static void replayed_announcements_crowd_nobody_out(void **state)
{
	struct simnet *sim = formed(13, 4);
	struct node *const *list;

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		struct node *n = replay(sim, i);

		assert_true((n != NULL) == (i < CANDIDATES_MAX));
	}
	sim_kill(sim, 3);
	dead = 3;
	for (size_t s = 0; s < 12; s++) {
		sim_run(sim, 1000);
		for (size_t i = 0; i < 5000; i++)
			replay(sim, s * 5000 + i);
	}
	assert_true(dead_is_down(sim));
	assert_in_range(members_list(sim_members(sim, 0), &list), 4,
			4 + CANDIDATES_MAX);
	sim_boot(sim, 4);
	for (size_t s = 0; s < 30 && !sim_number(sim, 0, 4); s++) {
		sim_run(sim, 1000);
		for (size_t i = 0; i < 5000; i++)
			replay(sim, s * 5000 + i);
	}
	assert_int_equal(sim_status(sim, 0, 4), NODE_UP);
	sim_free(sim);
}

static void a_leaving_node_is_known_at_once(void **state)
{
	struct simnet *sim = formed(7, 8);

	(void)state;
	sim_run(sim, 5000);
	dead = 4;
	sim_leave(sim, dead);
	assert_in_range(sim_until(sim, 5000, dead_has_left), 0, 100);
	sim_free(sim);
}

static void who_left_and_returns_soon_has_its_number(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 4);
		uint16_t number = sim_number(sim, 1, 1);

		sim_run(sim, 15000);
		sim_leave(sim, 1);
		sim_run(sim, 3000);
		sim_return(sim, 1);
		assert_int_not_equal(sim_until(sim, 10000, sim_agreed), -1);
		assert_int_equal(sim_number(sim, 0, 1), number);
		sim_free(sim);
	}
}

static void who_left_takes_no_number_from_the_living(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 4);
		size_t one = 0;

		while (one < 4 && sim_number(sim, one, one) != 1)
			one++;
		if (one == 4) { /* who started together left a hole */
			sim_free(sim);
			continue;
		}
		sim_run(sim, 15000);
		sim_leave(sim, one);
		sim_run(sim, 40000);
		sim_boot(sim, 4);
		assert_int_not_equal(sim_until(sim, 10000, sim_agreed), -1);
		assert_int_equal(sim_number(sim, 4, 4), 1);
		sim_run(sim, 15000);
		sim_return(sim, one);
		for (int ms = 0; ms < 10000; ms++) {
			sim_run(sim, 1);
			assert_int_equal(sim_number(sim, 4, 4), 1);
		}
		assert_true(sim_agreed(sim));
		sim_free(sim);
	}
}

/* Node 0 does not hear the goodbye itself. */
static void a_lost_goodbye_is_told_by_others(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct simnet *sim = formed(seed, 3);

		sim_run(sim, 5000 + seed * 97);
		dead = 1;
		sim_cut(sim, 0, dead, true);
		sim_leave(sim, dead);
		assert_in_range(sim_until(sim, 5000, dead_has_left), 0, 100);
		sim_free(sim);
	}
}

static void a_lossy_network_loses_nobody(void **state)
{
	struct simnet *sim = formed(3, 8);

	(void)state;
	sim_loss(sim, 100);
	for (int s = 0; s < 300; s++) {
		sim_run(sim, 1000);
		for (size_t i = 0; i < 8; i++)
			for (size_t j = 0; j < 8; j++)
				assert_int_not_equal(sim_status(sim, i, j),
						     NODE_DOWN);
	}
	sim_free(sim);
}

static void ten_nodes_send_less_than_a_kilobyte_a_second_each(void **state)
{
	struct simnet *sim = formed(5, 10);
	uint64_t before;

	(void)state;
	sim_run(sim, 60000);
	before = sim_bytes(sim);
	sim_run(sim, 60000);
	print_message("%d bytes a second and node\n",
		      (int)((sim_bytes(sim) - before) / 60 / 10));
	assert_in_range((sim_bytes(sim) - before) / 60 / 10, 0, 1000);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node_alone_gets_number_one),
		cmocka_unit_test(who_is_too_busy_to_listen_listens_for_longer),
		cmocka_unit_test(ten_nodes_started_together_have_ten_numbers),
		cmocka_unit_test(a_newcomer_is_a_member_within_three_seconds),
		cmocka_unit_test(
			a_dead_node_is_known_to_all_within_ten_seconds),
		cmocka_unit_test(a_suspect_is_asked_twice_a_second),
		cmocka_unit_test(half_of_all_lost_at_once_is_known_too),
		cmocka_unit_test(a_rebooted_node_takes_its_number_back),
		cmocka_unit_test(a_short_cut_loses_nobody),
		cmocka_unit_test(a_node_that_others_still_reach_is_not_lost),
		cmocka_unit_test(a_long_cut_is_marked_and_healed),
		cmocka_unit_test(
			when_two_clusters_meet_the_larger_keeps_its_numbers),
		cmocka_unit_test(
			what_nobody_can_name_takes_nothing_and_dies_out),
		cmocka_unit_test(replayed_announcements_crowd_nobody_out),
		cmocka_unit_test(a_leaving_node_is_known_at_once),
		cmocka_unit_test(who_left_and_returns_soon_has_its_number),
		cmocka_unit_test(who_left_takes_no_number_from_the_living),
		cmocka_unit_test(a_lost_goodbye_is_told_by_others),
		cmocka_unit_test(a_lossy_network_loses_nobody),
		cmocka_unit_test(
			ten_nodes_send_less_than_a_kilobyte_a_second_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
