// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The node's identity: what survives a restart, and what the parser of the
 * state file refuses.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "identity.h"
#include "secret.h"

static char directory[] = "/tmp/tessera-identity-XXXXXX";

static int make_directory(void **state)
{
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	unlink("state");
	return chdir("/") == 0 && rmdir(directory) == 0 ? 0 : -1;
}

static struct cluster cluster_number(uint8_t n)
{
	uint8_t key[CLUSTER_KEY_SIZE];
	struct cluster c;

	memset(key, n, sizeof(key));
	cluster_from_key(&c, key);
	return c;
}

static struct identity_state example(void)
{
	struct identity_state s = {
		.cluster = { 1, 2, 3, 4, 5 },
		.claim = { .number = 7, .weight = 9, .stamp = 1700000000000 },
		.incarnation = 3,
	};

	memset(s.secret, 0x58, sizeof(s.secret));
	return s;
}

static void a_new_node_has_a_whole_identity(void **state)
{
	struct cluster c = cluster_number(1);
	struct identity id;
	struct node_id back;
	uint8_t public_key[NODE_KEY_SIZE];

	unlink("state");
	assert_int_equal(identity_load(&id, "state", &c), 0);
	assert_int_equal(id.secret[0] & 7, 0);
	assert_int_equal(id.secret[31] & 0xc0, 0x40);
	crypto_scalarmult_base(public_key, id.secret);
	assert_memory_equal(public_key, id.info.key, sizeof(public_key));
	assert_int_equal(cluster_address_id(&c, &id.address, &back), 0);
	assert_true(node_id_equal(&back, &id.id));
	assert_true(strlen(id.info.name) > 0);
	assert_int_equal(id.claim.number, 0);
	assert_int_equal(id.incarnation, 0);
	assert_int_equal(access("state", F_OK), -1);
}

static void identity_survives_a_restart(void **state)
{
	struct cluster c = cluster_number(1);
	struct identity id, again;
	struct stat st;

	assert_int_equal(identity_load(&id, "state", &c), 0);
	id.claim = (struct node_claim){ 12, 3, 1234567890123 };
	id.incarnation = 5;
	assert_int_equal(identity_save(&id, "state"), 0);
	assert_int_equal(stat("state", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(identity_load(&again, "state", &c), 0);
	assert_memory_equal(id.secret, again.secret, sizeof(id.secret));
	assert_memory_equal(&id.address, &again.address, sizeof(id.address));
	assert_int_equal(again.claim.number, 12);
	assert_int_equal(again.claim.weight, 3);
	assert_true(again.claim.stamp == 1234567890123);
	assert_int_equal(again.incarnation, 6);
	assert_int_equal(identity_save(&again, "state"), 0);
}

static void another_cluster_does_not_inherit_the_claim(void **state)
{
	struct cluster c = cluster_number(1), other = cluster_number(2);
	struct identity id, moved;

	assert_int_equal(identity_load(&id, "state", &c), 0);
	id.claim = (struct node_claim){ 12, 3, 4 };
	assert_int_equal(identity_save(&id, "state"), 0);
	assert_int_equal(identity_load(&moved, "state", &other), 0);
	assert_memory_equal(id.secret, moved.secret, sizeof(id.secret));
	assert_memory_not_equal(&id.address, &moved.address, 8);
	assert_int_equal(moved.claim.number, 0);
	assert_int_equal(moved.claim.weight, 0);
	assert_true(moved.incarnation > id.incarnation);
}

static void a_damaged_state_makes_a_new_node(void **state)
{
	struct cluster c = cluster_number(1);
	struct identity id, fresh;

	assert_int_equal(identity_load(&id, "state", &c), 0);
	assert_int_equal(
		secret_write("state", "tessera-identity 1\n", 19, true), 0);
	assert_int_equal(identity_load(&fresh, "state", &c), 0);
	assert_memory_not_equal(id.secret, fresh.secret, sizeof(id.secret));
	assert_int_equal(fresh.claim.number, 0);
}

static void saving_says_where_it_cannot(void **state)
{
	struct cluster c = cluster_number(1);
	struct identity id;

	assert_int_equal(identity_load(&id, "state", &c), 0);
	assert_int_equal(identity_save(&id, "no/such/state"), -ENOENT);
}

static void a_state_survives_its_text_form(void **state)
{
	struct identity_state s = example(), back;
	char text[IDENTITY_STATE_TEXT];
	size_t len = identity_state_format(text, &s);

	assert_int_equal(identity_state_parse(&back, text, len), 0);
	assert_memory_equal(s.secret, back.secret, sizeof(s.secret));
	assert_memory_equal(s.cluster, back.cluster, sizeof(s.cluster));
	assert_int_equal(back.claim.number, 7);
	assert_int_equal(back.claim.weight, 9);
	assert_true(back.claim.stamp == s.claim.stamp);
	assert_int_equal(back.incarnation, 3);

	s.claim =
		(struct node_claim){ NODE_NUMBER_MAX, UINT16_MAX, UINT64_MAX };
	s.incarnation = UINT32_MAX;
	len = identity_state_format(text, &s);
	assert_true(len < IDENTITY_STATE_TEXT);
	assert_int_equal(identity_state_parse(&back, text, len), 0);
	assert_true(back.claim.stamp == UINT64_MAX);
}

/* Parses the example with `from` replaced by `to`. */
static int parse_changed(const char *from, const char *to)
{
	struct identity_state s = example(), back;
	char text[IDENTITY_STATE_TEXT], changed[2 * IDENTITY_STATE_TEXT];
	const char *at;

	identity_state_format(text, &s);
	at = strstr(text, from);
	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text,
		 to, at + strlen(from));
	return identity_state_parse(&back, changed, strlen(changed));
}

static void the_parser_takes_only_what_was_written(void **state)
{
	struct identity_state s = example(), back;
	char text[IDENTITY_STATE_TEXT];
	size_t len = identity_state_format(text, &s);

	for (size_t i = 0; i < len; i++)
		assert_int_equal(identity_state_parse(&back, text, i), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number 8"), 0);
	assert_int_equal(parse_changed("identity 1", "identity 2"), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number 65536"), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number -7"), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number 07"), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number 7 "), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number "), -EINVAL);
	assert_int_equal(parse_changed("number 7", "number"), -EINVAL);
	assert_int_equal(parse_changed("number 7\n", ""), -EINVAL);
	assert_int_equal(parse_changed("number 7\n", "number 7\nnumber 7\n"),
			 -EINVAL);
	assert_int_equal(parse_changed("stamp 1",
				       "stamp 184467440737095516161"),
			 -EINVAL);
	assert_int_equal(parse_changed("incarnation 3\n", "incarnation 3"),
			 -EINVAL);
	assert_int_equal(parse_changed("incarnation 3\n", "incarnation 3\n\n"),
			 -EINVAL);
	assert_int_equal(parse_changed("0102030405", "01020304"), -EINVAL);
	assert_int_equal(parse_changed("0102030405", "010203040z"), -EINVAL);
	assert_int_equal(parse_changed("0102030405", "010203040A"), -EINVAL);
	assert_int_equal(parse_changed("secret 58", "secret 59"), -EINVAL);
	assert_int_equal(parse_changed("secret 58", "secret "), -EINVAL);
	text[30] = '\0';
	assert_int_equal(identity_state_parse(&back, text, len), -EINVAL);
}

static void assert_name(const char *text, const char *expected)
{
	char name[NODE_NAME_MAX + 1] = "untouched";
	int r = identity_name(name, text);

	assert_int_equal(r, expected ? 0 : -EINVAL);
	assert_string_equal(name, expected ? expected : "untouched");
}

static void a_name_is_one_label(void **state)
{
	char longest[NODE_NAME_MAX + 1], longer[NODE_NAME_MAX + 2];

	memset(longest, 'a', NODE_NAME_MAX);
	longest[NODE_NAME_MAX] = '\0';
	memset(longer, 'a', NODE_NAME_MAX + 1);
	longer[NODE_NAME_MAX + 1] = '\0';
	assert_name("tess-000001", "tess-000001");
	assert_name("Host.example.org", "Host");
	assert_name("-a_b c\033[1m-", "a-b-c--1m");
	assert_name("h\303\251l\303\250ne", "h--l--ne");
	assert_name(longest, longest);
	assert_name(longer, longest);
	assert_name("", NULL);
	assert_name(".local", NULL);
	assert_name("---", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_node_has_a_whole_identity),
		cmocka_unit_test(identity_survives_a_restart),
		cmocka_unit_test(another_cluster_does_not_inherit_the_claim),
		cmocka_unit_test(a_damaged_state_makes_a_new_node),
		cmocka_unit_test(saving_says_where_it_cannot),
		cmocka_unit_test(a_state_survives_its_text_form),
		cmocka_unit_test(the_parser_takes_only_what_was_written),
		cmocka_unit_test(a_name_is_one_label),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
