// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tessera.conf, and the word on the kernel's command line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"

static int parse(struct conf *conf, const char *text, unsigned int *line)
{
	return conf_parse(conf, text, strlen(text), line);
}

static void an_empty_file_leaves_the_defaults(void **state)
{
	static const char *const same[] = { "", "\n\n", "# balance = off\n",
					    "   \t # nothing\n\n" };
	struct conf conf;
	unsigned int line;

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		assert_int_equal(parse(&conf, same[i], &line), 0);
		assert_true(conf.balance);
		assert_int_equal(conf.guests, CONF_GUESTS_AUTO);
		assert_false(conf.owner_first);
		assert_int_equal(conf.share, 50);
	}
}

static void names_have_values(void **state)
{
	struct conf conf;
	unsigned int line;

	assert_int_equal(parse(&conf,
			       "balance=off\n"
			       "  guests =\t12   # a dozen\n"
			       "guest-share = 10\n"
			       "owner-first = yes",
			       &line),
			 0);
	assert_false(conf.balance);
	assert_int_equal(conf.guests, 12);
	assert_true(conf.owner_first);
	assert_int_equal(conf.share, 10);
	assert_int_equal(parse(&conf, "guests = auto\r\nguests = 0\n", &line),
			 0);
	assert_int_equal(conf.guests, 0);
}

static void a_bad_line_is_named_and_changes_nothing(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
	} bad[] = {
		{ "balance", 1 },
		{ "\n# \nbalance = maybe\n", 3 },
		{ "balance = on\nguests = -1\n", 2 },
		{ "guests = 1025\n", 1 },
		{ "guests = 99999999999999999999\n", 1 },
		{ "guests =\n", 1 },
		{ "guests = 3x\n", 1 },
		{ "guest-share = 0\n", 1 },
		{ "\nguest-share = 101\n", 2 },
		{ "guest-share = -5\n", 1 },
		{ "guest-share =\n", 1 },
		{ "Balance = on\n", 1 },
		{ "= on\n", 1 },
		{ "colour = red\n", 1 },
	};
	struct conf conf = { .guests = 77 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		unsigned int line = 0;

		assert_int_equal(parse(&conf, bad[i].text, &line), -EINVAL);
		assert_int_equal(line, bad[i].line);
		assert_int_equal(conf.guests, 77);
	}
}

static void no_file_is_an_empty_one(void **state)
{
	struct conf conf = { .guests = 77 };
	unsigned int line;

	assert_int_equal(conf_read(&conf, "/nonexistent/tessera.conf", &line),
			 0);
	assert_int_equal(conf.guests, CONF_GUESTS_AUTO);
	assert_int_equal(conf_read(&conf, "/", &line), -EISDIR);
	assert_int_equal(line, 0);
}

static void a_file_is_read(void **state)
{
	char path[] = "/tmp/test-conf-XXXXXX";
	int fd = mkstemp(path);
	struct conf conf;
	unsigned int line;

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "guests = 3\n") > 0);
	assert_int_equal(conf_read(&conf, path, &line), 0);
	assert_int_equal(conf.guests, 3);
	assert_int_equal(ftruncate(fd, CONF_MAX), 0);
	assert_int_equal(conf_read(&conf, path, &line), -EFBIG);
	close(fd);
	unlink(path);
}

static void the_command_line_goes_first(void **state)
{
	static const struct {
		const char *line;
		bool found, balance;
	} cases[] = {
		{ "quiet tessera.balance=off panic=1\n", true, false },
		{ "tessera.balance=on", true, true },
		{ "tessera.balance=off tessera.balance=on", true, true },
		{ "quiet tessera.balanced=off", false, true },
		{ "tessera.balance=perhaps", false, true },
		{ "tessera.balance=offoffoffoff", false, true },
		{ "", false, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct conf conf = conf_defaults;

		assert_int_equal(conf_cmdline(&conf, cases[i].line,
					      strlen(cases[i].line)),
				 cases[i].found);
		assert_int_equal(conf.balance, cases[i].balance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_leaves_the_defaults),
		cmocka_unit_test(names_have_values),
		cmocka_unit_test(a_bad_line_is_named_and_changes_nothing),
		cmocka_unit_test(no_file_is_an_empty_one),
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(the_command_line_goes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
