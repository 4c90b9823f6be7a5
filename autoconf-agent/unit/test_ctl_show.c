// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The documented fields of `tess status --json` and `tess nodes --json`.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl_show.h"
#include "fake_agent.h"
#include "fake_proc.h"

static int setup(void **state)
{
	fake_reset();
	return 0;
}

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static json_int_t number_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void assert_fields(const json_t *object, const char *const *names)
{
	for (; *names; names++)
		if (!json_object_get(object, *names))
			fail_msg("no field '%s'", *names);
}

static void test_status_has_every_documented_field(void **state)
{
	static const char *const fields[] = {
		"state",	"id",	     "name",	   "role",
		"cluster",	"address",   "interfaces", "nodes",
		"key_source",	"mesh",	     "firewall",   "mdns",
		"counters",	"strangers", "timing",	   "version",
		"kernel",	"uptime",    "links",	   "balance",
		"balance_held", NULL,
	};
	json_t *s = ctl_show_status(&fake.agent);

	assert_non_null(s);
	assert_fields(s, fields);
	assert_null(json_object_get(s, "error"));
	json_decref(s);
}

static void test_status_of_a_member(void **state)
{
	json_t *s = ctl_show_status(&fake.agent), *t;

	assert_string_equal(text_at(s, "state"), "member");
	assert_int_equal(number_at(s, "id"), 1);
	assert_string_equal(text_at(s, "name"), "tess-000001");
	assert_string_equal(text_at(s, "role"), "full");
	assert_string_equal(text_at(s, "cluster"), "01020304");
	assert_string_equal(text_at(s, "address"), "fd01:203:405::1");
	assert_string_equal(text_at(s, "kernel"),
			    "abababababababababababababababababababab");
	assert_int_equal(number_at(s, "uptime"), 997);
	t = json_object_get(s, "nodes");
	assert_int_equal(number_at(t, "up"), 1);
	assert_int_equal(number_at(t, "suspect"), 1);
	assert_int_equal(number_at(t, "down"), 1);
	t = json_object_get(s, "timing");
	assert_true(json_real_value(json_object_get(t, "member")) == 4.2);
	assert_true(json_real_value(json_object_get(t, "last_change")) == 9.5);
	json_decref(s);
}

static void test_switches_that_hold_processes_are_told(void **state)
{
	static const char *const switches[] = { "lstay", "stay", "quiet" };
	char name[32];
	json_t *s;

	fake_proc_new();
	fake_proc_directory("hpc");
	fake_proc_directory("hpc/admin");
	s = ctl_show_status(&fake.agent);
	assert_true(json_is_null(json_object_get(s, "balance_held")));
	json_decref(s);
	for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++) {
		snprintf(name, sizeof(name), "hpc/admin/%s", switches[i]);
		fake_proc_put(name, "1\n");
		s = ctl_show_status(&fake.agent);
		assert_string_equal(text_at(s, "balance_held"), switches[i]);
		json_decref(s);
	}
	fake_proc_free();
}

static void test_addresses_are_grouped_by_interface(void **state)
{
	json_t *s = ctl_show_status(&fake.agent);
	json_t *list = json_object_get(s, "interfaces");
	json_t *eth0 = json_array_get(list, 0), *eth1 = json_array_get(list, 1);
	json_t *addresses = json_object_get(eth0, "addresses");

	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_at(eth0, "name"), "eth0");
	assert_string_equal(text_at(eth1, "name"), "eth1");
	assert_int_equal(json_array_size(addresses), 2);
	assert_string_equal(json_string_value(json_array_get(addresses, 0)),
			    "fe80::1");
	assert_string_equal(json_string_value(json_array_get(addresses, 1)),
			    "192.0.2.1");
	json_decref(s);
}

static void test_what_is_not_there_yet_is_null(void **state)
{
	json_t *s, *t;

	fake_no_key();
	fake.agent.boot_member = 0;
	fake.agent.boot_changed = 0;
	memset(fake.agent.self.info.build, 0, NODE_BUILD_SIZE);
	s = ctl_show_status(&fake.agent);
	t = json_object_get(s, "timing");
	assert_true(json_is_null(json_object_get(s, "cluster")));
	assert_true(json_is_null(json_object_get(s, "address")));
	assert_true(json_is_null(json_object_get(s, "kernel")));
	assert_true(json_is_null(json_object_get(t, "member")));
	assert_true(json_is_null(json_object_get(t, "last_change")));
	assert_int_equal(number_at(s, "id"), 0);
	assert_string_equal(text_at(s, "mesh"), "not started");
	json_decref(s);
}

static void assert_error(json_t *reply, const char *code)
{
	const json_t *error = json_object_get(reply, "error");

	assert_string_equal(text_at(error, "code"), code);
	assert_true(strlen(text_at(error, "message")) > 10);
	assert_true(strlen(text_at(error, "hint")) > 10);
	json_decref(reply);
}

static void test_a_problem_comes_with_what_is_shown(void **state)
{
	fake.state = AGENT_NO_NETWORK;
	assert_error(ctl_show_status(&fake.agent), "no-network");
	assert_error(ctl_show_nodes(&fake.agent), "no-network");
	fake_no_key();
	assert_error(ctl_show_status(&fake.agent), "no-key");
	assert_error(ctl_show_nodes(&fake.agent), "no-key");
	assert_error(ctl_show_key(&fake.agent, true), "no-key");
	fake.agent.cluster_error = -EINVAL;
	assert_error(ctl_show_status(&fake.agent), "no-key");
	fake_reset();
	fake.agent.mesh = NULL;
	fake.agent.mesh_error = -ENOTSUP;
	assert_error(ctl_show_nodes(&fake.agent), "no-mesh");
}

static json_t *node_at(json_t *reply, size_t i)
{
	return json_array_get(json_object_get(reply, "nodes"), i);
}

static void test_nodes_have_every_documented_field(void **state)
{
	static const char *const fields[] = {
		"id",	 "name",  "status",   "address", "endpoint",
		"role",	 "self",  "cpus",     "load",	 "util",
		"speed", "mem",	  "rmem",     "kernel",	 "version",
		"age",	 "since", "link",     "guests",	 "guest_load",
		"room",	 "leave", "pressure", NULL,
	};
	json_t *reply = ctl_show_nodes(&fake.agent);

	for (size_t i = 0; i < 3; i++)
		assert_fields(node_at(reply, i), fields);
	json_decref(reply);
}

static void test_nodes_come_by_number(void **state)
{
	json_t *reply = ctl_show_nodes(&fake.agent);

	assert_int_equal(json_array_size(json_object_get(reply, "nodes")), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(number_at(node_at(reply, i), "id"), i + 1);
	assert_true(json_is_true(json_object_get(node_at(reply, 0), "self")));
	assert_true(json_is_false(json_object_get(node_at(reply, 1), "self")));
	assert_string_equal(text_at(node_at(reply, 1), "status"), "down");
	assert_string_equal(text_at(node_at(reply, 2), "status"), "suspect");
	json_decref(reply);
}

static void test_nodes_values(void **state)
{
	json_t *reply = ctl_show_nodes(&fake.agent), *n = node_at(reply, 2);

	assert_int_equal(number_at(n, "cpus"), 2);
	assert_true(json_real_value(json_object_get(n, "load")) == 2.5);
	assert_true(json_real_value(json_object_get(n, "util")) == 0.125);
	assert_int_equal(number_at(n, "speed"), 980);
	assert_int_equal(number_at(n, "mem"), 512 << 20);
	assert_int_equal(number_at(n, "rmem"), 256 << 20);
	assert_int_equal(number_at(n, "guests"), 3);
	assert_true(json_real_value(json_object_get(n, "guest_load")) == 1.5);
	assert_true(json_real_value(json_object_get(n, "pressure")) == 0.125);
	assert_int_equal(number_at(n, "room"), 5);
	assert_true(json_is_true(json_object_get(n, "leave")));
	assert_int_equal(number_at(n, "age"), 3);
	assert_int_equal(number_at(n, "since"), 60);
	json_decref(reply);
}

static void test_links_are_those_of_the_kernel(void **state)
{
	struct link_book *book;
	json_t *reply = ctl_show_nodes(&fake.agent);

	/* A kernel without Tessera has none. */
	assert_true(json_is_null(json_object_get(node_at(reply, 1), "link")));
	json_decref(reply);
	assert_int_equal(link_book_new(&book), 0);
	link_book_up(book, 3);
	fake.agent.link_book = book;
	reply = ctl_show_nodes(&fake.agent);
	assert_true(json_is_null(json_object_get(node_at(reply, 0), "link")));
	assert_string_equal(text_at(node_at(reply, 1), "link"), "down");
	assert_string_equal(text_at(node_at(reply, 2), "link"), "up");
	json_decref(reply);
	link_book_free(book);
}

static void test_endpoints_are_those_of_the_mesh(void **state)
{
	json_t *reply = ctl_show_nodes(&fake.agent);

	assert_true(
		json_is_null(json_object_get(node_at(reply, 0), "endpoint")));
	assert_string_equal(text_at(node_at(reply, 1), "endpoint"),
			    "[fe80::2]:51870");
	assert_string_equal(text_at(node_at(reply, 2), "endpoint"),
			    "192.0.2.3:51870");
	json_decref(reply);
}

static void test_an_endpoint_names_its_interface(void **state)
{
	json_t *reply;

	fake.peers[0].endpoint.sin6_scope_id = 1;
	reply = ctl_show_nodes(&fake.agent);
	assert_string_equal(text_at(node_at(reply, 1), "endpoint"),
			    "[fe80::2%lo]:51870");
	json_decref(reply);
}

static void test_who_left_or_proved_nothing_is_not_shown(void **state)
{
	json_t *reply;

	fake.nodes[1].status = NODE_LEFT;
	fake.nodes[2].status = NODE_JOINING;
	fake.nodes[2].proved = false;
	reply = ctl_show_nodes(&fake.agent);
	assert_int_equal(json_array_size(json_object_get(reply, "nodes")), 1);
	json_decref(reply);
	fake.nodes[2].proved = true;
	fake.nodes[2].claim.number = 0;
	reply = ctl_show_nodes(&fake.agent);
	assert_int_equal(json_array_size(json_object_get(reply, "nodes")), 2);
	assert_int_equal(number_at(node_at(reply, 1), "id"), 0);
	json_decref(reply);
}

static void test_names_that_are_no_text_do_no_harm(void **state)
{
	struct stranger *s = &fake.agent.strangers[0];
	json_t *reply;

	strcpy(fake.nodes[1].info.name, "\xff\xfe");
	strcpy(fake.nodes[1].info.version, "\xff");
	fake.agent.n_strangers = 1;
	strcpy(s->name, "\xc0");
	strcpy(s->address, "192.0.2.9");
	strcpy(s->reason, "no valid proof");
	s->seen = 3;
	s->last_ms = FAKE_NOW - 5000;
	reply = ctl_show_both(&fake.agent);
	assert_string_equal(text_at(node_at(reply, 2), "name"), "?");
	s = NULL;
	assert_int_equal(
		number_at(
			json_array_get(json_object_get(
					       json_object_get(reply, "status"),
					       "strangers"),
				       0),
			"age"),
		5);
	json_decref(reply);
}

static void test_the_key_is_shown_on_demand_alone(void **state)
{
	json_t *reply = ctl_show_key(&fake.agent, false);
	char *all;

	assert_null(json_object_get(reply, "key"));
	json_decref(reply);
	reply = ctl_show_key(&fake.agent, true);
	assert_int_equal(strlen(text_at(reply, "key")), 44);
	json_decref(reply);
	reply = ctl_show_both(&fake.agent);
	all = json_dumps(reply, 0);
	assert_null(strstr(all, "QkJC")); /* the key's base64 */
	free(all);
	json_decref(reply);
}

int main(void)
{
#define AGENT_TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		AGENT_TEST(test_status_has_every_documented_field),
		AGENT_TEST(test_status_of_a_member),
		AGENT_TEST(test_switches_that_hold_processes_are_told),
		AGENT_TEST(test_addresses_are_grouped_by_interface),
		AGENT_TEST(test_what_is_not_there_yet_is_null),
		AGENT_TEST(test_a_problem_comes_with_what_is_shown),
		AGENT_TEST(test_nodes_have_every_documented_field),
		AGENT_TEST(test_nodes_come_by_number),
		AGENT_TEST(test_nodes_values),
		AGENT_TEST(test_links_are_those_of_the_kernel),
		AGENT_TEST(test_endpoints_are_those_of_the_mesh),
		AGENT_TEST(test_an_endpoint_names_its_interface),
		AGENT_TEST(test_who_left_or_proved_nothing_is_not_shown),
		AGENT_TEST(test_names_that_are_no_text_do_no_harm),
		AGENT_TEST(test_the_key_is_shown_on_demand_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
