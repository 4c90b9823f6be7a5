// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel writes below /proc, read.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proc.h"

#define REST                                                                  \
	"R 1 2 3 4 5 4194304 6 7 8 9 250 50 1 2 20 0 1 0 1234 10000000 4096 " \
	"18446744073709551615 1 2 3\n"

static void test_a_stat_line_is_read(void **state)
{
	struct proc_stat stat;

	assert_int_equal(proc_stat_parse(&stat, "2213 (simulate) " REST), 0);
	assert_string_equal(stat.comm, "simulate");
	assert_int_equal(stat.state, 'R');
	assert_int_equal(stat.parent, 1);
	assert_int_equal(stat.group, 2);
	assert_int_equal(stat.session, 3);
	assert_int_equal(stat.tty, 4);
	assert_int_equal(stat.foreground, 5);
	assert_int_equal(stat.flags, 4194304);
	assert_int_equal(stat.threads, 1);
	assert_int_equal(stat.ticks, 300);
	assert_int_equal(stat.system_ticks, 50);
	assert_int_equal(stat.start, 1234);
	assert_int_equal(stat.pages, 4096);
}

static void test_a_name_may_hold_anything(void **state)
{
	struct proc_stat stat;

	assert_int_equal(proc_stat_parse(&stat, "1 (a) S 1 (b c)) " REST), 0);
	assert_string_equal(stat.comm, "a) S 1 (b c)");
	assert_int_equal(stat.start, 1234);
}

static void test_what_is_no_stat_line_is_refused(void **state)
{
	static const char *const bad[] = { "",	     "1",  "1 (a",
					   "1 a) R", ")(", "1 (a) R 1 2 3" };
	struct proc_stat stat = { .start = 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(proc_stat_parse(&stat, bad[i]), -EBADMSG);
	assert_int_equal(stat.start, 7);
}

static void test_a_guest_is_read(void **state)
{
	struct proc_guest guest;

	assert_int_equal(proc_guest_parse(&guest, "812 3 2213 my program\n"),
			 0);
	assert_int_equal(guest.pid, 812);
	assert_int_equal(guest.node, 3);
	assert_int_equal(guest.home_pid, 2213);
	assert_string_equal(guest.comm, "my program");
	assert_int_equal(proc_guest_parse(&guest, "812 3 2213 "), 0);
	assert_string_equal(guest.comm, "");
}

static void test_what_is_no_guest_is_refused(void **state)
{
	static const char *const bad[] = { "",		"812",
					   "812 3",	"812 3 2213",
					   "812 3 x y", "-1 3 2213 a" };
	struct proc_guest guest;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(proc_guest_parse(&guest, bad[i]), -EBADMSG);
}

static void test_pids_are_whole_positive_numbers(void **state)
{
	static const char *const bad[] = {
		"",   "0",	    "-1",
		"+1", " 1",	    "1x",
		"x",  "2147483648", "99999999999999999999"
	};
	pid_t pid = 0;

	assert_int_equal(proc_pid_parse(&pid, "2213"), 0);
	assert_int_equal(pid, 2213);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(proc_pid_parse(&pid, bad[i]), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stat_line_is_read),
		cmocka_unit_test(test_a_name_may_hold_anything),
		cmocka_unit_test(test_what_is_no_stat_line_is_refused),
		cmocka_unit_test(test_a_guest_is_read),
		cmocka_unit_test(test_what_is_no_guest_is_refused),
		cmocka_unit_test(test_pids_are_whole_positive_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
