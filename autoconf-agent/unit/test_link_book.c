// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With whom there may be a link, and which links there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <tessera.h>

#include "link_book.h"

static struct node self, other;
static struct link_book *book;

static int setup(void **state)
{
	self = (struct node){ .known = true,
			      .proved = true,
			      .status = NODE_UP };
	memset(self.info.build, 0xab, sizeof(self.info.build));
	other = self;
	memset(other.id.bytes, 3, sizeof(other.id.bytes));
	return link_book_new(&book);
}

static int teardown(void **state)
{
	link_book_free(book);
	return 0;
}

static void test_a_member_may_link(void **state)
{
	assert_int_equal(link_judge(&self, &other, 3), LINK_ALLOWED);
	other.status = NODE_SUSPECT;
	assert_int_equal(link_judge(&self, &other, 3), LINK_ALLOWED);
}

static void test_who_is_no_live_member_may_not(void **state)
{
	static const enum node_status dead[] = { NODE_JOINING, NODE_DOWN,
						 NODE_LEFT };

	assert_int_equal(link_judge(&self, NULL, 0), LINK_STRANGER);
	assert_int_equal(link_judge(&self, &other, 0), LINK_STRANGER);
	for (size_t i = 0; i < sizeof(dead) / sizeof(*dead); i++) {
		other.status = dead[i];
		assert_int_equal(link_judge(&self, &other, 3), LINK_STRANGER);
	}
	other.status = NODE_UP;
	other.proved = false;
	assert_int_equal(link_judge(&self, &other, 3), LINK_STRANGER);
	other.proved = true;
	other.known = false;
	assert_int_equal(link_judge(&self, &other, 3), LINK_STRANGER);
}

static void test_nobody_links_with_himself(void **state)
{
	assert_int_equal(link_judge(&self, &self, 1), LINK_STRANGER);
}

static void test_another_build_may_not(void **state)
{
	other.info.build[NODE_BUILD_SIZE - 1] = 1;
	assert_int_equal(link_judge(&self, &other, 3), LINK_OTHER_BUILD);
}

static void test_unknown_builds_are_left_to_the_kernels(void **state)
{
	memset(other.info.build, 0, sizeof(other.info.build));
	assert_int_equal(link_judge(&self, &other, 3), LINK_ALLOWED);
	assert_int_equal(link_judge(&other, &self, 3), LINK_ALLOWED);
}

static void test_a_refusal_is_told_once_for_each_node(void **state)
{
	struct node_id next = { { 9 } };

	assert_true(link_book_refusal_is_news(book, 3, &other.id));
	assert_false(link_book_refusal_is_news(book, 3, &other.id));
	assert_true(link_book_refusal_is_news(book, 4, &other.id));
	assert_true(link_book_refusal_is_news(book, 3, &next));
	link_book_forget(book, 3);
	assert_true(link_book_refusal_is_news(book, 3, &next));
}

static void test_a_node_is_linked_while_one_of_its_links_is(void **state)
{
	assert_false(link_book_is_up(book, 3));
	link_book_up(book, 3);
	link_book_up(book, 3);
	link_book_down(book, 3);
	assert_true(link_book_is_up(book, 3));
	link_book_down(book, 3);
	assert_false(link_book_is_up(book, 3));
	/* One that never came up ends, too. */
	link_book_down(book, 3);
	link_book_up(book, 3);
	assert_true(link_book_is_up(book, 3));
	assert_false(link_book_is_up(book, 2));
	link_book_forget(book, 3);
	assert_false(link_book_is_up(book, 3));
}

static void test_every_number_has_its_place(void **state)
{
	link_book_up(book, 1);
	link_book_up(book, NODE_NUMBER_MAX);
	assert_true(link_book_is_up(book, NODE_NUMBER_MAX));
	assert_false(link_book_is_up(book, 0));
	assert_false(link_book_is_up(NULL, 1));
}

static void test_reasons_have_words(void **state)
{
	assert_string_equal(link_reason(TESSERA_REASON_LINK_LOST),
			    "the connection was lost");
	assert_string_equal(link_reason(0), "closed");
	assert_null(link_reason(TESSERA_REASON_VMAS));
	assert_null(link_reason(UINT32_MAX));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_member_may_link),
		TEST(test_who_is_no_live_member_may_not),
		TEST(test_nobody_links_with_himself),
		TEST(test_another_build_may_not),
		TEST(test_unknown_builds_are_left_to_the_kernels),
		TEST(test_a_refusal_is_told_once_for_each_node),
		TEST(test_a_node_is_linked_while_one_of_its_links_is),
		TEST(test_every_number_has_its_place),
		TEST(test_reasons_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
