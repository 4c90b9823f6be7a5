// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules of a command as text, in the environment, and what they allow.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_proc.h"
#include "rules.h"

static void assert_same(const char *value)
{
	struct rules rules;
	char text[RULES_TEXT];

	assert_int_equal(rules_parse(&rules, value), 0);
	assert_int_equal(rules_format(text, &rules), 0);
	assert_string_equal(text, value);
}

static void test_rules_come_back_as_they_were(void **state)
{
	assert_same("");
	assert_same("home");
	assert_same("stay on=3 cpu level=v2");
	assert_same("on=1,3,5-9,65535 io");
	assert_same("not-on=7");
	assert_same("on=1-9 not-on=3,5-6 cpu");
	assert_same("level=v4");
}

static void test_words_of_a_newer_tess_are_left_out(void **state)
{
	struct rules rules;

	assert_int_equal(rules_parse(&rules, "fast  on=2 color=red cpu"), 0);
	assert_int_equal(rules.n_ranges, 1);
	assert_int_equal(rules.kind, RULES_KIND_CPU);
	assert_false(rules.home || rules.stay);
}

static void assert_nonsense(const char *value)
{
	struct rules rules = { .stay = true };

	assert_int_equal(rules_parse(&rules, value), -EINVAL);
	assert_true(rules.stay); /* untouched */
}

static void test_nonsense_is_refused(void **state)
{
	char long_value[RULES_TEXT + 1];

	assert_nonsense("on=");
	assert_nonsense("on=0");
	assert_nonsense("on=65536");
	assert_nonsense("on=5-3");
	assert_nonsense("on=1,,2");
	assert_nonsense("on=-3");
	assert_nonsense("on=3-");
	assert_nonsense("on=tess-3");
	assert_nonsense("not-on=");
	assert_nonsense("not-on=9-3");
	assert_nonsense("level=v0");
	assert_nonsense("level=v5");
	assert_nonsense("level=2");
	memset(long_value, 'x', RULES_TEXT);
	long_value[RULES_TEXT] = '\0';
	assert_nonsense(long_value);
}

static void test_a_list_has_an_end(void **state)
{
	struct rules rules = { 0 };
	char text[RULES_TEXT];

	for (int i = 0; i < RULES_RANGES; i++)
		assert_int_equal(rules_add_range(&rules, "64000-65000"), 0);
	for (int i = 0; i < RULES_RANGES; i++)
		assert_int_equal(rules_deny_range(&rules, "64000-65000"), 0);
	assert_int_equal(rules_add_range(&rules, "1"), -E2BIG);
	assert_int_equal(rules_deny_range(&rules, "1"), -E2BIG);
	assert_int_equal(rules_format(text, &rules), 0);
	assert_int_equal(rules_parse(&rules, text), 0);
	assert_int_equal(rules.n_ranges, RULES_RANGES);
	assert_int_equal(rules.n_denied, RULES_RANGES);
}

static bool allows(const char *value, uint16_t node)
{
	struct rules rules;

	assert_int_equal(rules_parse(&rules, value), 0);
	return rules_allow(&rules, node);
}

static void test_who_may_go_where(void **state)
{
	assert_true(allows("", 7));
	assert_true(allows("cpu level=v1", 7));
	assert_true(allows("on=1,5-9", 5));
	assert_true(allows("on=1,5-9", 9));
	assert_false(allows("on=1,5-9", 4));
	assert_false(allows("on=1,5-9", 10));
	assert_true(allows("not-on=1,5-9", 4));
	assert_false(allows("not-on=1,5-9", 1));
	assert_false(allows("not-on=1,5-9", 5));
	assert_true(allows("on=1-9 not-on=5", 4));
	assert_false(allows("on=1-9 not-on=5", 5));
	assert_false(allows("on=1-9 not-on=5", 10));
	assert_false(allows("home", 7));
	assert_false(allows("stay on=7", 7));
}

static void assert_over(const char *inherited, const char *given, bool placed,
			const char *expected)
{
	struct rules rules, over;
	char text[RULES_TEXT];

	assert_int_equal(rules_parse(&rules, inherited), 0);
	assert_int_equal(rules_parse(&over, given), 0);
	rules_override(&rules, &over, placed);
	assert_int_equal(rules_format(text, &rules), 0);
	assert_string_equal(text, expected);
}

static void test_what_is_given_goes_over_what_is_inherited(void **state)
{
	assert_over("stay on=3 cpu", "", false, "stay on=3 cpu");
	assert_over("stay on=3 cpu", "io level=v2", false,
		    "stay on=3 io level=v2");
	assert_over("stay on=3 cpu", "home", false, "home cpu");
	assert_over("home cpu", "on=4", false, "on=4 cpu");
	assert_over("stay on=3 cpu", "", true, "on=3 cpu");
	assert_over("", "stay", false, "stay");
	assert_over("not-on=4 io", "on=3-5", false, "on=3-5 io");
	assert_over("on=3-5 not-on=4", "not-on=5", false, "on=3-5 not-on=5");
	assert_over("home", "not-on=5", false, "not-on=5");
	assert_over("not-on=4 cpu", "home", false, "home cpu");
	assert_over("not-on=4", "io", true, "not-on=4 io");
}

static void test_the_variable_is_found_in_an_environment(void **state)
{
	static const char some[] = "A=1\0TESSERA_RULESX=home\0"
				   "TESSERA_RULES=on=4 io\0Z=2";
	static const char cut[] = "A=1\0TESSERA_RULES=on=4";
	struct rules rules;

	assert_int_equal(rules_find(&rules, some, sizeof(some)), 0);
	assert_int_equal(rules.ranges[0].first, 4);
	assert_int_equal(rules.kind, RULES_KIND_IO);
	/* It may have gone on: on=41 */
	assert_int_equal(rules_find(&rules, cut, sizeof(cut) - 1), -ENOENT);
	assert_int_equal(rules_find(&rules, cut, 0), -ENOENT);
	assert_int_equal(rules_find(&rules, "A=1", 4), -ENOENT);
}

/* A stat of so many fields, the last of them: the end of the environment. */
static void put_stat(const char *end)
{
	char text[512] = "7 (a ) b) R";

	for (int i = 4; i < 51; i++)
		strcat(text, " 5");
	strcat(text, " ");
	strcat(text, end);
	strcat(text, " 0\n");
	fake_proc_put("7/stat", text);
}

/* Behind entries of 100 KiB, some of which are cut by the end of a piece. */
static void test_a_long_environment_is_read_to_its_end(void **state)
{
	static const char entry[] = "TESSERA_RULES=on=4";
	const size_t at = (3u << 19) - 10, size = at + sizeof(entry);
	char *text = malloc(size);
	struct rules rules;

	assert_non_null(text);
	memset(text, 'x', size);
	for (size_t i = 100u << 10; i < at; i += 100u << 10)
		text[i] = '\0';
	text[at - 1] = '\0';
	memcpy(text + at, entry, sizeof(entry));
	fake_proc_new();
	fake_proc_directory("7");
	fake_proc_put_bytes("7/environ", text, size);
	assert_int_equal(rules_read(&rules, 7), 0);
	assert_int_equal(rules.ranges[0].first, 4);
	memset(text, 'x', size); /* no entry is that long */
	fake_proc_put_bytes("7/environ", text, size);
	assert_int_equal(rules_read(&rules, 7), -ENOENT);
	fake_proc_free();
	free(text);
}

static void test_nothing_is_no_answer_while_a_program_is_loaded(void **state)
{
	struct rules rules;

	fake_proc_new();
	fake_proc_directory("7");
	assert_int_equal(rules_read(&rules, 7), -ENOENT);
	fake_proc_put("7/environ", "");
	assert_int_equal(rules_read(&rules, 7), -EAGAIN); /* it is gone */
	put_stat("0");
	assert_int_equal(rules_read(&rules, 7), -EAGAIN);
	put_stat("140000000000000");
	assert_int_equal(rules_read(&rules, 7), -ENOENT);
	fake_proc_put_bytes("7/environ", "A=1", 4);
	put_stat("0");
	assert_int_equal(rules_read(&rules, 7), -ENOENT);
	fake_proc_free();
}

static void test_a_level_turns_off_what_is_above_it(void **state)
{
	unsigned int level;

	assert_int_equal(rules_level_parse(&level, "x86-64-v3"), 0);
	assert_int_equal(level, 3);
	assert_null(rules_tunable(0));
	assert_null(strstr(rules_tunable(4), "-AVX512F"));
	assert_non_null(strstr(rules_tunable(3), "-AVX512F"));
	assert_null(strstr(rules_tunable(3), "-AVX2"));
	assert_non_null(strstr(rules_tunable(2), "-AVX2,"));
	assert_null(strstr(rules_tunable(2), "-POPCNT"));
	assert_non_null(strstr(rules_tunable(1), "-POPCNT"));
}

static void test_what_keeps_it_home_has_words(void **state)
{
	struct rules rules;

	assert_int_equal(rules_parse(&rules, "home"), 0);
	assert_string_equal(rules_keep_home(&rules), "its rules say home");
	assert_int_equal(rules_parse(&rules, "stay"), 0);
	assert_string_equal(rules_keep_home(&rules), "its rules say stay");
	assert_int_equal(rules_parse(&rules, "io on=3"), 0);
	assert_string_equal(rules_keep_home(&rules), "its rules say io");
	assert_int_equal(rules_parse(&rules, "cpu on=3"), 0);
	assert_null(rules_keep_home(&rules));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_come_back_as_they_were),
		cmocka_unit_test(test_words_of_a_newer_tess_are_left_out),
		cmocka_unit_test(test_nonsense_is_refused),
		cmocka_unit_test(test_a_list_has_an_end),
		cmocka_unit_test(test_who_may_go_where),
		cmocka_unit_test(
			test_what_is_given_goes_over_what_is_inherited),
		cmocka_unit_test(test_the_variable_is_found_in_an_environment),
		cmocka_unit_test(test_a_long_environment_is_read_to_its_end),
		cmocka_unit_test(
			test_nothing_is_no_answer_while_a_program_is_loaded),
		cmocka_unit_test(test_a_level_turns_off_what_is_above_it),
		cmocka_unit_test(test_what_keeps_it_home_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
