// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mDNS announcements: proved ones are believed, all others are told apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <string.h>

#include "announce.h"

static struct cluster ours, theirs;

static int setup(void **state)
{
	const uint8_t a[CLUSTER_KEY_SIZE] = { 1 }, b[CLUSTER_KEY_SIZE] = { 2 };

	(void)state;
	cluster_from_key(&ours, a);
	cluster_from_key(&theirs, b);
	return 0;
}

static struct announce sample(void)
{
	struct announce a = {
		.info = { .key = { 3 },
			  .build = { 4 },
			  .machine = { 5 },
			  .name = "tess-000001",
			  .version = "0.1.0",
			  .role = NODE_ROLE_FULL },
		.port = 51870,
		.n_addresses = 2,
	};

	inet_pton(AF_INET6, "fe80::1", &a.addresses[0]);
	inet_pton(AF_INET6, "::ffff:192.168.1.5", &a.addresses[1]);
	return a;
}

static void a_record_of_the_cluster_is_believed(void **state)
{
	const struct announce a = sample();
	struct announce back = { 0 };
	uint8_t data[ANNOUNCE_MAX];
	int len = announce_encode(data, &a, &ours);

	(void)state;
	assert_in_range(len, 1, ANNOUNCE_MAX);
	assert_int_equal(announce_decode(&back, data, (size_t)len, &ours),
			 ANNOUNCE_OK);
	assert_string_equal(back.info.name, a.info.name);
	assert_memory_equal(back.info.key, a.info.key, NODE_KEY_SIZE);
	assert_int_equal(back.port, a.port);
	assert_int_equal(back.n_addresses, 2);
	assert_memory_equal(back.addresses, a.addresses,
			    2 * sizeof(*a.addresses));
}

static void the_fullest_record_fits(void **state)
{
	struct announce a = sample(), back;
	uint8_t data[ANNOUNCE_MAX];
	int len;

	(void)state;
	memset(a.info.name, 'n', NODE_NAME_MAX);
	a.n_addresses = NODE_ENDPOINTS;
	for (size_t i = 0; i < NODE_ENDPOINTS; i++)
		memset(&a.addresses[i], 0x20 + (int)i, 16);
	len = announce_encode(data, &a, &ours);
	assert_in_range(len, 1, ANNOUNCE_MAX);
	assert_int_equal(announce_decode(&back, data, (size_t)len, &ours),
			 ANNOUNCE_OK);
}

static void strangers_are_told_apart_and_named(void **state)
{
	const struct announce a = sample();
	struct announce back = { 0 };
	uint8_t data[ANNOUNCE_MAX];
	int len = announce_encode(data, &a, &theirs);

	(void)state;
	assert_int_equal(announce_decode(&back, data, (size_t)len, &ours),
			 ANNOUNCE_FOREIGN);
	assert_string_equal(back.info.name, a.info.name);
	len = announce_encode(data, &a, NULL);
	assert_int_equal(announce_decode(&back, data, (size_t)len, &ours),
			 ANNOUNCE_KEYLESS);
}

static void a_changed_byte_is_never_believed(void **state)
{
	const struct announce a = sample();
	uint8_t data[ANNOUNCE_MAX];
	int len = announce_encode(data, &a, &ours);

	(void)state;
	for (int i = 0; i < len; i++) {
		struct announce back = { 0 };

		data[i] ^= 1;
		assert_int_not_equal(announce_decode(&back, data, (size_t)len,
						     &ours),
				     ANNOUNCE_OK);
		data[i] ^= 1;
	}
}

static void the_order_of_the_strings_does_not_matter(void **state)
{
	const struct announce a = sample();
	uint8_t data[ANNOUNCE_MAX], turned[ANNOUNCE_MAX];
	struct announce back;
	int len = announce_encode(data, &a, &ours);
	size_t to = (size_t)len;

	(void)state;
	for (size_t i = 0; i < (size_t)len; i += data[i] + 1u) {
		to -= data[i] + 1u;
		memcpy(turned + to, data + i, data[i] + 1u);
	}
	assert_int_equal(announce_decode(&back, turned, (size_t)len, &ours),
			 ANNOUNCE_OK);
}

static void garbage_is_malformed_or_oversized(void **state)
{
	struct announce back = { 0 };
	uint8_t data[ANNOUNCE_MAX + 1] = { 200, 'x' };

	(void)state;
	assert_int_equal(announce_decode(&back, data, 2, &ours),
			 ANNOUNCE_MALFORMED);
	assert_int_equal(announce_decode(&back, data, 0, &ours),
			 ANNOUNCE_MALFORMED);
	assert_int_equal(announce_decode(&back, data, sizeof(data), &ours),
			 ANNOUNCE_OVERSIZED);
	/* Many tiny strings. */
	memset(data, 0, sizeof(data));
	for (size_t i = 0; i < 100; i += 2)
		data[i] = 1;
	assert_int_equal(announce_decode(&back, data, 100, &ours),
			 ANNOUNCE_MALFORMED);
}

static void an_escape_sequence_is_no_name(void **state)
{
	struct announce back = { 0 };
	const uint8_t data[] = "\x07n=\x1b[2Jx";

	(void)state;
	assert_int_equal(announce_decode(&back, data, 8, &ours),
			 ANNOUNCE_MALFORMED);
	assert_int_equal(back.info.name[0], 0);
}

static void what_a_shell_would_execute_is_no_name(void **state)
{
	struct announce back = { 0 }, a = sample();
	const uint8_t stranger[] = "\x07n=$(id)";
	uint8_t data[ANNOUNCE_MAX];
	int len;

	(void)state;
	assert_int_equal(announce_decode(&back, stranger, 8, &ours),
			 ANNOUNCE_MALFORMED);
	strcpy(a.info.name, "$(id)");
	len = announce_encode(data, &a, &ours);
	assert_int_equal(announce_decode(&back, data, (size_t)len, &ours),
			 ANNOUNCE_MALFORMED);
	assert_int_equal(back.info.name[0], 0);
}

static void without_a_key_nobody_is_believed(void **state)
{
	const struct announce a = sample();
	struct announce back = { 0 };
	uint8_t data[ANNOUNCE_MAX];
	int len = announce_encode(data, &a, &ours);

	(void)state;
	assert_int_equal(announce_decode(&back, data, (size_t)len, NULL),
			 ANNOUNCE_FOREIGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_of_the_cluster_is_believed),
		cmocka_unit_test(the_fullest_record_fits),
		cmocka_unit_test(strangers_are_told_apart_and_named),
		cmocka_unit_test(a_changed_byte_is_never_believed),
		cmocka_unit_test(the_order_of_the_strings_does_not_matter),
		cmocka_unit_test(garbage_is_malformed_or_oversized),
		cmocka_unit_test(an_escape_sequence_is_no_name),
		cmocka_unit_test(what_a_shell_would_execute_is_no_name),
		cmocka_unit_test(without_a_key_nobody_is_believed),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
