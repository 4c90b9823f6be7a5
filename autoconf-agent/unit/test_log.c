// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is logged is one line of plain text, whatever names are in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

/* What agent_log() writes of one text. */
static const char *logged(const char *text)
{
	static char line[1024];
	int ends[2], err = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	agent_log(LOG_NOTICE, "PID %d, %s, moved", 7, text);
	assert_true(dup2(err, STDERR_FILENO) >= 0);
	n = read(ends[0], line, sizeof(line) - 1);
	assert_in_range(n, 1, sizeof(line) - 1);
	line[n] = '\0';
	close(ends[0]);
	close(ends[1]);
	close(err);
	return line;
}

static void a_line_has_its_priority(void **state)
{
	assert_string_equal(logged("burn"), "<5>PID 7, burn, moved\n");
}

static void names_do_not_control_what_reads_the_log(void **state)
{
	assert_string_equal(logged("a\033[2J\n<0>b\r\t"),
			    "<5>PID 7, a?[2J?<0>b??, moved\n");
	assert_string_equal(logged("\x9b"
				   "c\xff\x7f"),
			    "<5>PID 7, ?c??, moved\n");
}

static void a_long_line_ends_as_one(void **state)
{
	char text[1000];
	const char *line;

	memset(text, '\a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	line = logged(text);
	assert_int_equal(strlen(line), 511);
	assert_int_equal(line[509], '?');
	assert_ptr_equal(strchr(line, '\n'), line + 510);
}

static int setup(void **state)
{
	return setenv("JOURNAL_STREAM", "", 1); /* no name before it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_its_priority),
		cmocka_unit_test(names_do_not_control_what_reads_the_log),
		cmocka_unit_test(a_long_line_ends_as_one),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
