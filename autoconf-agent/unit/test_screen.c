// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state screen fits its terminal whatever the cluster looks like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "screen.h"
#include "tess_show.h"

/* A cluster of so many nodes as the agent shows it. */
static json_t *cluster(int nodes)
{
	json_t *list = json_array();

	for (int i = 1; i <= nodes; i++) {
		char name[16];

		snprintf(name, sizeof(name), "tess-%06x", (unsigned int)i);
		json_array_append_new(
			list, json_pack("{s:i, s:s, s:s, s:s, s:i, s:i, s:b}",
					"id", i, "name", name, "status", "up",
					"role", "drone", "cpus", 2, "mem",
					512 << 20, "self", i == 2));
	}
	return json_pack(
		"{s:{s:s, s:i, s:s, s:s, s:s, s:s, s:[{s:s, s:[s, s]}], "
		"s:{s:i}, s:[]}, s:o}",
		"status", "state", "member", "id", 2, "name", "tess-000002",
		"cluster", "1a2b3c4d", "version", "0.1.0", "address",
		"fd1a:2b3c:4d5e:0:1234:5678:9abc:def0", "interfaces", "name",
		"eth0", "addresses", "fe80::5054:ff:fe00:2", "192.0.2.2",
		"nodes", "up", nodes, "strangers", "nodes", list);
}

static void set(json_t *state, const char *key, json_t *value)
{
	json_object_set_new(json_object_get(state, "status"), key, value);
}

static void assert_fits(const char *text, int rows, int columns)
{
	int lines = 1;

	for (const char *line = text; line;) {
		const char *end = strchr(line, '\n');
		char one[4096];

		snprintf(one, sizeof(one), "%.*s",
			 (int)(end ? end - line : (long)strlen(line)), line);
		if (show_width(one) > columns)
			fail_msg("line %d is too long: '%s'", lines, one);
		lines += end != NULL;
		line = end ? end + 1 : NULL;
	}
	assert_int_equal(lines, rows);
}

static char *paint(json_t *state, int rows, int columns)
{
	char *text = screen_paint(state, "host-name", rows, columns, false);

	assert_non_null(text);
	assert_fits(text, rows, columns);
	return text;
}

static void assert_shows(json_t *state, const char *what)
{
	char *text = paint(state, 24, 80);

	if (!strstr(text, what))
		fail_msg("'%s' is not on the screen:\n%s", what, text);
	free(text);
}

static void test_a_member_sees_itself_and_the_others(void **state)
{
	json_t *s = cluster(3);

	assert_shows(s, "node 2 of cluster 1a2b3c4d");
	assert_shows(s, "fd1a:2b3c:4d5e:0:1234:5678:9abc:def0");
	assert_shows(s, "eth0");
	assert_shows(s, "192.0.2.2");
	assert_shows(s, "3 up");
	assert_shows(s, "tess-000003");
	assert_shows(s, "Enter");
	json_decref(s);
}

static void test_without_an_agent_it_is_starting(void **state)
{
	assert_shows(NULL, "the agent is starting");
	assert_shows(NULL, "host-name");
}

static void test_problems_are_told_with_what_to_do(void **state)
{
	json_t *s = cluster(0);

	set(s, "state", json_string("no-key"));
	set(s, "error",
	    json_pack("{s:s, s:s}", "message", "no key here", "hint",
		      "make one"));
	assert_shows(s, "no key here");
	assert_shows(s, "make one");
	json_decref(s);
}

static void test_strangers_are_named(void **state)
{
	json_t *s = cluster(2);

	set(s, "strangers",
	    json_pack("[{s:s, s:s, s:s}]", "name", "evil\033[2J", "address",
		      "192.0.2.66", "reason", "no valid proof"));
	assert_shows(s, "evil?[2J at 192.0.2.66: no valid proof");
	json_decref(s);
}

static void test_any_number_of_nodes_fits_any_terminal(void **state)
{
	static const int sizes[][2] = {
		{ 24, 80 }, { 12, 64 }, { 25, 80 }, { 50, 132 }, { 13, 70 }
	};

	for (int nodes = 0; nodes < 60; nodes++) {
		json_t *s = cluster(nodes);

		for (int strangers = 0; strangers < 2; strangers++) {
			for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes);
			     i++)
				free(paint(s, sizes[i][0], sizes[i][1]));
			set(s, "strangers",
			    json_pack("[{s:s}, {s:s}, {s:s}, {s:s}]", "name",
				      "a", "name", "b", "name", "c", "name",
				      "d"));
		}
		json_decref(s);
	}
}

static void test_more_nodes_than_lines_are_counted(void **state)
{
	json_t *s = cluster(100);

	assert_shows(s, "more: 'tess nodes' lists all");
	json_decref(s);
}

static void test_long_names_are_cut(void **state)
{
	json_t *s = cluster(2);
	char name[300];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	set(s, "name", json_string(name));
	set(s, "address", json_string(name));
	set(s, "cluster", json_string(name));
	json_object_set_new(json_array_get(json_object_get(s, "nodes"), 0),
			    "name", json_string(name));
	free(paint(s, 24, 80));
	free(paint(s, 12, 64));
	json_decref(s);
}

static void test_the_same_state_is_the_same_text(void **state)
{
	json_t *s = cluster(5);
	char *a = paint(s, 24, 80), *b = paint(s, 24, 80);

	assert_string_equal(a, b);
	free(a);
	free(b);
	json_decref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_member_sees_itself_and_the_others),
		cmocka_unit_test(test_without_an_agent_it_is_starting),
		cmocka_unit_test(test_problems_are_told_with_what_to_do),
		cmocka_unit_test(test_strangers_are_named),
		cmocka_unit_test(test_any_number_of_nodes_fits_any_terminal),
		cmocka_unit_test(test_more_nodes_than_lines_are_counted),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_the_same_state_is_the_same_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
