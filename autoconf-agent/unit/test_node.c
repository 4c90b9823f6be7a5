// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words for status and role are part of tess's documented output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node.h"

static void test_status_words(void **state)
{
	assert_string_equal(node_status_name(NODE_JOINING), "joining");
	assert_string_equal(node_status_name(NODE_UP), "up");
	assert_string_equal(node_status_name(NODE_SUSPECT), "suspect");
	assert_string_equal(node_status_name(NODE_DOWN), "down");
	assert_string_equal(node_status_name(NODE_LEFT), "left");
}

static void test_role_words(void **state)
{
	assert_string_equal(node_role_name(NODE_ROLE_FULL), "full");
	assert_string_equal(node_role_name(NODE_ROLE_DRONE), "drone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_words),
		cmocka_unit_test(test_role_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
