// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the agent understands at its control socket.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl_request.h"

static int parse(const char *text, struct ctl_request *ret)
{
	return ctl_request_parse(text, strlen(text), ret);
}

static void test_every_command_is_known(void **state)
{
	struct ctl_request c;

	assert_int_equal(parse("{\"cmd\":\"status\"}", &c), 0);
	assert_int_equal(c.command, CTL_STATUS);
	assert_int_equal(parse("{\"cmd\":\"nodes\"}", &c), 0);
	assert_int_equal(c.command, CTL_NODES);
	assert_int_equal(parse("{\"cmd\":\"key-show\"}", &c), 0);
	assert_int_equal(c.command, CTL_KEY_SHOW);
	assert_int_equal(parse("{\"cmd\":\"key-new\"}", &c), 0);
	assert_int_equal(c.command, CTL_KEY_NEW);
	assert_int_equal(parse("{\"cmd\":\"watch\"}", &c), 0);
	assert_int_equal(c.command, CTL_WATCH);
	assert_int_equal(c.pid, 0);
	assert_int_equal(parse("{\"cmd\":\"best\",\"pid\":2213}", &c), 0);
	assert_int_equal(c.command, CTL_BEST);
	assert_int_equal(c.pid, 2213);
}

static void test_a_newer_request_may_say_more(void **state)
{
	struct ctl_request c;

	assert_int_equal(parse(" {\"new\": [1], \"cmd\": \"nodes\"}\r", &c), 0);
	assert_int_equal(c.command, CTL_NODES);
}

static void test_an_unknown_command_is_told_apart(void **state)
{
	struct ctl_request c = { .command = CTL_WATCH };

	assert_int_equal(parse("{\"cmd\":\"migrate\"}", &c), -EOPNOTSUPP);
	assert_int_equal(parse("{\"cmd\":\"\"}", &c), -EOPNOTSUPP);
	assert_int_equal(parse("{\"cmd\":\"Status\"}", &c), -EOPNOTSUPP);
	assert_int_equal(c.command, CTL_WATCH);
}

static void test_what_is_no_request_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"status",
		"{}",
		"[]",
		"null",
		"{\"cmd\":1}",
		"{\"cmd\":null}",
		"{\"cmd\":[\"status\"]}",
		"{\"cmd\":\"status\"",
		"{\"cmd\":\"status\"} x",
		"{\"cmd\":\"status\",\"cmd\":\"nodes\"}",
		"{\"cmd\":\"sta\\u0000tus\"}",
		"{\"cmd\":\"\xff\"}",
		"{\"cmd\":\"best\"}",
		"{\"cmd\":\"best\",\"pid\":0}",
		"{\"cmd\":\"best\",\"pid\":\"7\"}",
		"{\"cmd\":\"best\",\"pid\":2147483648}",
	};
	struct ctl_request c = { .command = CTL_WATCH };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(parse(bad[i], &c), -EBADMSG);
	assert_int_equal(ctl_request_parse("{\"cmd\":\"nodes\"}\0", 16, &c),
			 -EBADMSG);
	assert_int_equal(c.command, CTL_WATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_command_is_known),
		cmocka_unit_test(test_a_newer_request_may_say_more),
		cmocka_unit_test(test_an_unknown_command_is_told_apart),
		cmocka_unit_test(test_what_is_no_request_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
