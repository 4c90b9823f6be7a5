// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top without a terminal: what the picture shows, and what keys mean.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "top.h"
#include "top_source.h"

static struct top top;
static struct top_canvas *canvas;

static json_t *node(int id, const char *status, double util, double guest_load)
{
	char name[32];

	snprintf(name, sizeof(name), "tess-%06d", id);
	return json_pack("{s:i, s:s, s:s, s:b, s:s, s:i, s:i, s:f, s:f, s:f, "
			 "s:I, s:I, s:I}",
			 "id", id, "name", name, "status", status, "self",
			 id == 1, "link", id == 2 ? "up" : "down", "cpus", 2,
			 "guests", id == 1 ? 1 : 0, "load", 2.0, "util", util,
			 "guest_load", guest_load, "speed",
			 (json_int_t)(500 * id), "mem", (json_int_t)1 << 30,
			 "rmem", (json_int_t)256 << 20);
}

static void give_nodes(int count)
{
	json_t *list = json_array(), *reply;

	json_array_append_new(list, node(1, "up", 0.5, 1.0));
	for (int i = 2; i <= count; i++)
		json_array_append_new(list,
				      node(i, i == 3 ? "down" : "up", 1, 0));
	reply = json_pack("{s:o}", "nodes", list);
	top_read_nodes(&top, reply);
	json_decref(reply);
}

static void give_processes(void)
{
	static const struct top_process processes[] = {
		{ .pid = 10,
		  .uid = 1000,
		  .home = 1,
		  .at = 1,
		  .cpu = 5,
		  .movable = true,
		  .state = 'S',
		  .user = "you",
		  .memory = 4 << 20,
		  .command = "idler" },
		{ .pid = 20,
		  .uid = 1000,
		  .home = 1,
		  .at = 2,
		  .cpu = 99,
		  .movable = true,
		  .state = 'R',
		  .user = "you",
		  .memory = -1,
		  .command = "./simulate 1" },
		{ .pid = 30,
		  .uid = 1000,
		  .home = 1,
		  .at = 1,
		  .cpu = 50,
		  .state = 'R',
		  .user = "you",
		  .memory = 1,
		  .command = "cannot-move" },
		{ .pid = 40,
		  .uid = 0,
		  .home = 1,
		  .at = 1,
		  .cpu = 1,
		  .movable = true,
		  .state = 'S',
		  .user = "root",
		  .memory = 2 << 20,
		  .command = "of-root" },
		{ .pid = 50,
		  .uid = -1,
		  .guest = true,
		  .home = 2,
		  .at = 1,
		  .cpu = 20,
		  .state = 'R',
		  .memory = 1 << 20,
		  .command = "a-guest\033[2J" },
		{ .pid = 60,
		  .uid = 1000,
		  .home = 1,
		  .at = 1,
		  .cpu = -1,
		  .locked = true,
		  .state = 'T',
		  .user = "you",
		  .memory = 3,
		  .command = "locked" },
	};

	free(top.processes);
	top.processes = malloc(sizeof(processes));
	assert_non_null(top.processes);
	memcpy(top.processes, processes, sizeof(processes));
	top.n_processes = sizeof(processes) / sizeof(*processes);
	top_arrange(&top);
}

static int setup(void **state)
{
	top_init(&top, 1000);
	snprintf(top.host, sizeof(top.host), "tess-000001");
	give_nodes(3);
	give_processes();
	return 0;
}

static int teardown(void **state)
{
	top_finish(&top);
	canvas_free(canvas);
	canvas = NULL;
	return 0;
}

static void paint(int rows, int columns)
{
	canvas_free(canvas);
	canvas = canvas_new(rows, columns, false);
	assert_non_null(canvas);
	top_paint(&top, canvas);
}

static const char *line(int row)
{
	static char text[1024];
	size_t len = 0;

	for (int i = 0; i < canvas->columns; i++) {
		const char *cell = canvas_cell(canvas, row, i)->text;

		memcpy(text + len, cell, strlen(cell));
		len += strlen(cell);
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

static int row_of(const char *part)
{
	for (int row = 0; row < canvas->rows; row++)
		if (strstr(line(row), part))
			return row;
	return -1;
}

static void assert_shown(const char *part)
{
	if (row_of(part) < 0)
		fail_msg("'%s' is not on the screen", part);
}

static void assert_hidden(const char *part)
{
	if (row_of(part) >= 0)
		fail_msg("'%s' is on the screen", part);
}

static struct top_wish type(const char *keys)
{
	struct top_wish wish = { 0 };

	for (; *keys; keys++)
		wish = top_key(&top, *keys);
	return wish;
}

/* --- the picture --- */

static void test_all_is_there_at_80x24(void **state)
{
	paint(24, 80);
	assert_shown("2 of 3 nodes up, 1 away, 1 guest");
	assert_string_equal(line(2), "  1 tess-000001*  [####+++       ]  50% "
				     "[###########   ] 768M/1.0G       1 -");
	assert_shown("  2 tess-000002   [##############] 100%");
	assert_shown("  3 tess-000003   down");
	assert_int_equal(row_of("PID USER"), 5);
	assert_string_equal(line(6), "     20 you      tess-000001 tess-000002"
				     "   99    -   0 R  ./simulate 1");
	assert_string_equal(line(7), "     50 -        tess-000002 tess-000001"
				     "   20 1.0M   0 R  a-guest?[2J");
	assert_shown("     10 you      tess-000001 home           5 4.0M");
	assert_shown("     60 you      tess-000001 home           -   3B   0 "
		     "TL locked");
	assert_shown("m move  b bring  l lock  s stop  r nice  k kill");
	assert_int_equal(row_of("m move"), 23);
}

static void test_a_large_screen_is_used(void **state)
{
	paint(60, 200);
	assert_shown(
		"  1 tess-000001*              [#############++++++++++++");
	assert_shown("tess-000001          tess-000002             99     -");
	assert_int_equal(row_of("m move"), 59);
}

static void test_a_small_screen_says_so(void **state)
{
	paint(9, 80);
	assert_string_equal(line(0), "at least 70x10");
	paint(24, 69);
	assert_string_equal(line(0), "at least 70x10");
	paint(1, 1);
	paint(10, 70);
	assert_shown("./simulate");
}

static void test_large_numbers_are_whole(void **state)
{
	top.nodes[1].number = 65535;
	paint(24, 80);
	assert_string_equal(line(2), "    1 tess-000001*  [###++++      ]  50% "
				     "[##########   ] 768M/1.0G       1 -");
	assert_shown("65535 tess-000002   [#############] 100%");
	type("n");
	paint(24, 80);
	assert_shown("65535 tess-000002   [#");
}

static void test_many_nodes_leave_room_for_processes(void **state)
{
	give_nodes(50);
	paint(24, 80);
	assert_shown("and 45 more (n: nodes alone)");
	assert_shown("./simulate 1");
	type("n");
	paint(24, 80);
	assert_hidden("./simulate 1");
	assert_hidden("tess-000003"); /* it is down */
	assert_shown("tess-000021");
	assert_hidden("tess-000040");
	top_key(&top, TOP_KEY_LAST);
	paint(24, 80);
	assert_shown("tess-000050");
}

static void test_nodes_alone_have_the_bars_of_mosmon(void **state)
{
	type("nlt");
	paint(24, 80);
	assert_shown("processes that want a CPU");
	assert_shown("total: 4 CPUs, load 4.00, speed 3000, memory 1.5G of "
		     "2.0G");
	type("m");
	paint(24, 80);
	assert_shown("768M of 1.0G");
	type("s");
	paint(24, 80);
	assert_shown("2 x 1000");
	type("d");
	paint(24, 80);
	assert_shown("tess-000003   down");
}

static void test_a_silent_agent_is_told(void **state)
{
	top_read_nodes(&top, NULL);
	paint(24, 80);
	assert_shown("the agent does not answer");
	assert_shown("node 2"); /* numbers have lost their names */
	assert_shown("./simulate 1");
}

static void test_only_ascii_where_nothing_else_is_known(void **state)
{
	struct top_canvas *c = canvas_new(1, 4, true);

	canvas_put(c, 0, 0, 4, false, TONE_PLAIN, "f\xc3\xbcr\xff");
	assert_string_equal(canvas_cell(c, 0, 1)->text, "?");
	assert_string_equal(canvas_cell(c, 0, 2)->text, "r");
	assert_string_equal(canvas_cell(c, 0, 3)->text, "?");
	canvas_free(c);
}

static void test_the_selected_line_is_reversed(void **state)
{
	paint(24, 80);
	assert_int_equal(canvas_cell(canvas, 6, 5)->tone, TONE_BAR);
	assert_int_equal(canvas_cell(canvas, 7, 5)->tone, TONE_WARN);
	top_key(&top, TOP_KEY_DOWN);
	paint(24, 80);
	assert_int_equal(canvas_cell(canvas, 7, 79)->tone, TONE_BAR);
}

/* --- the list --- */

static void test_who_is_listed(void **state)
{
	paint(24, 80);
	assert_hidden("cannot-move");
	assert_hidden("of-root");
	type("a");
	paint(24, 80);
	assert_shown("cannot-move");
	type("u");
	paint(24, 80);
	assert_shown("of-root");
}

static void test_the_order_can_be_changed(void **state)
{
	assert_int_equal(top.selected, 20);
	type("o");
	paint(24, 80);
	assert_int_equal(row_of("idler"), 6); /* most memory */
	type("o");
	paint(24, 80);
	assert_int_equal(row_of("idler"), 6); /* the smallest PID */
	assert_int_equal(row_of("./simulate"), 7);
}

static void test_the_first_is_selected_until_one_is_picked(void **state)
{
	assert_int_equal(top.selected, 20);
	top.processes[0].cpu = 100;
	top_arrange(&top);
	assert_int_equal(top.selected, 10);
	top_key(&top, TOP_KEY_DOWN);
	assert_int_equal(top.selected, 20);
	top.processes[4].cpu = 200;
	top_arrange(&top);
	assert_int_equal(top.selected, 20);
}

static void test_a_selection_survives_new_data(void **state)
{
	top_key(&top, TOP_KEY_DOWN);
	assert_int_equal(top.selected, 50);
	give_processes();
	assert_int_equal(top.selected, 50);
	top.processes[4].guest = false; /* it is gone from the list */
	top.processes[4].uid = 7;
	top_arrange(&top);
	assert_int_equal(top.selected, 10); /* what is in its place */
	top.n_processes = 0;
	top_arrange(&top);
	assert_null(top_selected(&top));
}

static void test_a_long_list_is_scrolled(void **state)
{
	free(top.processes);
	top.processes = calloc(100, sizeof(*top.processes));
	top.n_processes = 100;
	for (int i = 0; i < 100; i++) {
		top.processes[i].pid = 1000 + i;
		top.processes[i].uid = 1000;
		top.processes[i].movable = true;
	}
	top.selected = 0;
	paint(24, 80);
	assert_shown("1000");
	top_key(&top, TOP_KEY_LAST);
	paint(24, 80);
	assert_int_equal(top.selected, 1099);
	assert_shown("1099");
	assert_hidden("   1000 ");
	top_key(&top, TOP_KEY_PAGE_UP);
	assert_int_equal(top.selected, 1099 - (int)top.page);
	top_key(&top, TOP_KEY_FIRST);
	paint(24, 80);
	assert_shown("   1000 ");
}

/* --- keys --- */

static void test_a_process_is_moved(void **state)
{
	struct top_wish wish = type("m");

	assert_int_equal(wish.kind, TOP_WISH_NOTHING);
	paint(24, 80);
	assert_shown("20: to which node");
	wish = type("tesq");
	top_key(&top, TOP_KEY_BACKSPACE);
	wish = type("s-3\n");
	assert_int_equal(wish.kind, TOP_WISH_MOVE);
	assert_int_equal(wish.pid, 20);
	assert_string_equal(wish.text, "tess-3");
	wish = type("m\n");
	assert_int_equal(wish.kind, TOP_WISH_NOTHING);
	wish = type("m3\033q"); /* Esc, and then q is no letter of a name */
	assert_int_equal(wish.kind, TOP_WISH_QUIT);
}

static void test_a_prompt_keeps_to_its_process(void **state)
{
	struct top_wish wish;

	type("k9");
	/* It leaves the list: another one is in its place. */
	top.processes[1].uid = 7;
	top.processes[1].at = 1;
	top_arrange(&top);
	assert_int_not_equal(top.selected, 20);
	paint(24, 80);
	assert_shown("20: signal [TERM]: 9_");
	wish = type("\n");
	assert_int_equal(wish.kind, TOP_WISH_SIGNAL);
	assert_int_equal(wish.pid, 20);
	assert_int_equal(wish.number, 9);
}

static void test_nothing_is_done_to_who_has_the_same_pid(void **state)
{
	static const char *const keys[] = { "k", "r", "m" };
	struct top_wish wish;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		give_processes();
		top.selected = 20;
		top.picked = true;
		type(keys[i]);
		type("9");
		top.processes[1].start = 4711;
		top_arrange(&top);
		assert_int_equal(top.selected, 20);
		paint(24, 80);
		assert_shown("20: it has ended");
		wish = type("\n");
		assert_int_equal(wish.kind, TOP_WISH_NOTHING);
		assert_int_equal(top.prompt, TOP_PROMPT_NONE);
		paint(24, 80);
		assert_shown("PID 20: it has ended");
	}
}

static void test_a_process_is_brought_home(void **state)
{
	struct top_wish wish = type("b");

	assert_int_equal(wish.kind, TOP_WISH_MOVE);
	assert_string_equal(wish.text, "home");
}

static void test_lock_and_stop_are_switches(void **state)
{
	struct top_wish wish = type("l");

	assert_int_equal(wish.kind, TOP_WISH_LOCK);
	wish = type("s");
	assert_int_equal(wish.kind, TOP_WISH_SIGNAL);
	assert_int_equal(wish.number, SIGSTOP);
	top.picked = true;
	top.selected = 60;
	wish = type("l");
	assert_int_equal(wish.kind, TOP_WISH_FREE);
	wish = type("s");
	assert_int_equal(wish.number, SIGCONT);
}

static void test_signals_and_nice_values_are_read(void **state)
{
	struct top_wish wish = type("k\n");

	assert_int_equal(wish.kind, TOP_WISH_SIGNAL);
	assert_int_equal(wish.number, SIGTERM);
	assert_int_equal(type("k9\n").number, 9);
	assert_int_equal(type("kSIGUSR1\n").number, SIGUSR1);
	assert_int_equal(type("kint\n").number, SIGINT);
	assert_int_equal(type("khello\n").kind, TOP_WISH_NOTHING);
	paint(24, 80);
	assert_shown("there is no such signal");
	assert_int_equal(type("k0\n").kind, TOP_WISH_NOTHING);
	wish = type("r-5\n");
	assert_int_equal(wish.kind, TOP_WISH_NICE);
	assert_int_equal(wish.number, -5);
	assert_int_equal(type("r20\n").kind, TOP_WISH_NOTHING);
}

static void test_who_watches_changes_nothing(void **state)
{
	top.watch = true;
	for (const char *key = "mbklrs"; *key; key++)
		assert_int_equal(top_key(&top, *key).kind, TOP_WISH_NOTHING);
	assert_int_equal(top.prompt, TOP_PROMPT_NONE);
	paint(24, 80);
	assert_shown("this is for watching only");
}

static void test_nothing_is_done_to_nobody(void **state)
{
	top.n_processes = 0;
	top_arrange(&top);
	assert_int_equal(type("b").kind, TOP_WISH_NOTHING);
	paint(24, 80);
	assert_shown("no process is selected");
	assert_shown("no process can move");
	top_key(&top, TOP_KEY_DOWN);
}

static void test_help_is_left_by_any_key(void **state)
{
	type("?");
	paint(24, 80);
	assert_shown("any key goes back");
	type("m");
	paint(24, 80);
	assert_shown("./simulate 1");
	assert_int_equal(top.prompt, TOP_PROMPT_NONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_is_there_at_80x24),
		TEST(test_a_large_screen_is_used),
		TEST(test_a_small_screen_says_so),
		TEST(test_large_numbers_are_whole),
		TEST(test_many_nodes_leave_room_for_processes),
		TEST(test_nodes_alone_have_the_bars_of_mosmon),
		TEST(test_a_silent_agent_is_told),
		TEST(test_only_ascii_where_nothing_else_is_known),
		TEST(test_the_selected_line_is_reversed),
		TEST(test_who_is_listed),
		TEST(test_the_order_can_be_changed),
		TEST(test_the_first_is_selected_until_one_is_picked),
		TEST(test_a_selection_survives_new_data),
		TEST(test_a_long_list_is_scrolled),
		TEST(test_a_process_is_moved),
		TEST(test_a_prompt_keeps_to_its_process),
		TEST(test_nothing_is_done_to_who_has_the_same_pid),
		TEST(test_a_process_is_brought_home),
		TEST(test_lock_and_stop_are_switches),
		TEST(test_signals_and_nice_values_are_read),
		TEST(test_who_watches_changes_nothing),
		TEST(test_nothing_is_done_to_nobody),
		TEST(test_help_is_left_by_any_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
