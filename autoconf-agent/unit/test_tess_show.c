// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How sizes, times, names and tables look to people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tess_show.h"

static void assert_bytes(uint64_t bytes, const char *expected)
{
	char text[SHOW_SHORT];

	show_bytes(text, bytes);
	assert_string_equal(text, expected);
}

static void test_bytes_are_short(void **state)
{
	assert_bytes(0, "0B");
	assert_bytes(999, "999B");
	assert_bytes(1000, "0.9K");
	assert_bytes(1024, "1.0K");
	assert_bytes(512 << 10, "512K");
	assert_bytes(212 << 20, "212M");
	assert_bytes(3328u << 20, "3.2G");
	assert_bytes(UINT64_C(64) << 30, "64G");
	assert_bytes(UINT64_MAX, "15E");
}

static void assert_age(int64_t seconds, const char *expected)
{
	char text[SHOW_SHORT];

	show_age(text, seconds);
	assert_string_equal(text, expected);
}

static void test_ages_are_short(void **state)
{
	assert_age(-1, "-");
	assert_age(0, "0s");
	assert_age(99, "99s");
	assert_age(600, "10m");
	assert_age(7200, "2h");
	assert_age(86400 * 3, "3d");
}

static void assert_clean(const char *text, const char *expected)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	assert_non_null(f);
	show_clean(f, text);
	fclose(f);
	assert_string_equal(out, expected);
	free(out);
}

static void test_nothing_from_outside_controls_the_terminal(void **state)
{
	assert_clean("tess-1", "tess-1");
	assert_clean("a\033[2Jb\r\n\a\x7f", "a?[2Jb????");
	assert_clean("\xc2\x9b", "??"); /* CSI as one character */
	assert_clean("f\xc3\xbcr \xe2\x82\xac", "f\xc3\xbcr \xe2\x82\xac");
	assert_clean("\xff\xfe\xc3", "???");
	assert_clean("\xe2\x82", "??");
	assert_clean("\xf0\x9f\x99", "???");
}

static void test_only_utf8_as_it_is_defined_is_shown(void **state)
{
	assert_clean("\xc0\x9b\xc1\xbf", "????");
	assert_clean("\xe0\x80\x9b", "???"); /* Esc, and CSI, in three bytes */
	assert_clean("\xe0\x82\x9b", "???");
	assert_clean("\xe0\x9f\xbf", "???");
	assert_clean("\xe0\xa0\x80", "\xe0\xa0\x80");
	assert_clean("\xed\x9f\xbf", "\xed\x9f\xbf");
	assert_clean("\xed\xa0\x80", "???"); /* half of a pair */
	assert_clean("\xf0\x80\x80\x9b", "????");
	assert_clean("\xf0\x8f\xbf\xbf", "????");
	assert_clean("\xf0\x90\x80\x80", "\xf0\x90\x80\x80");
	assert_clean("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
	assert_clean("\xf4\x90\x80\x80", "????");
	assert_clean("\xf5\x80\x80\x80", "????");
	assert_clean("\xe0", "?");
	assert_clean("\xf4", "?");
}

static void test_width_counts_characters(void **state)
{
	assert_int_equal(show_width("f\xc3\xbcr"), 3);
	assert_int_equal(show_width(""), 0);
	assert_int_equal(show_width("\xff\xff"), 2);
}

static char *print_table(const struct table *t, bool colours, size_t rows)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	assert_non_null(f);
	table_print(t, f, colours, 1, rows);
	fclose(f);
	return out;
}

static struct table *small_table(void)
{
	static const struct table_column columns[] = { { "ID", true },
						       { "NAME", false },
						       { "MEM", true } };
	struct table *t = table_new(columns, 3);

	table_add(t, TONE_PLAIN, "1");
	table_add(t, TONE_STRONG, "b\xc3\xa4r");
	table_add(t, TONE_PLAIN, "64G");
	table_add(t, TONE_PLAIN, "1000");
	table_add(t, TONE_STRONG, "x");
	table_add(t, TONE_PLAIN, "212M");
	return t;
}

static void test_tables_are_aligned(void **state)
{
	struct table *t = small_table();
	char *out = print_table(t, false, 9);

	assert_string_equal(out, "   ID  NAME   MEM\n"
				 "    1  b\xc3\xa4r    64G\n"
				 " 1000  x     212M\n");
	free(out);
	table_free(t);
}

static void test_tables_end_where_they_must(void **state)
{
	struct table *t = small_table();
	char *out = print_table(t, true, 1);

	assert_int_equal(table_rows(t), 2);
	assert_null(strstr(out, "212M"));
	assert_non_null(strstr(out, "\033[1mb\xc3\xa4r\033[0m"));
	free(out);
	table_free(t);
	table_free(NULL);
}

static void test_missing_members_read_as_empty(void **state)
{
	json_t *o = json_pack("{s:i, s:n}", "a", 1, "b");

	assert_string_equal(show_string(o, "a"), "");
	assert_string_equal(show_string(o, "b"), "");
	assert_string_equal(show_string(NULL, "b"), "");
	assert_int_equal(show_integer(o, "b"), 0);
	assert_int_equal(show_integer(o, "a"), 1);
	assert_false(show_true(o, "a"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_are_short),
		cmocka_unit_test(test_ages_are_short),
		cmocka_unit_test(
			test_nothing_from_outside_controls_the_terminal),
		cmocka_unit_test(test_only_utf8_as_it_is_defined_is_shown),
		cmocka_unit_test(test_width_counts_characters),
		cmocka_unit_test(test_tables_are_aligned),
		cmocka_unit_test(test_tables_end_where_they_must),
		cmocka_unit_test(test_missing_members_read_as_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
