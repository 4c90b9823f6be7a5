// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands about processes, on a directory that plays /proc: what they
 * write there, say, and return. A file that refuses is a link to /dev/full.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_proc.h"
#include "proc.h"
#include "tess.h"
#include "tess_nodes.h"
#include "tess_process.h"
#include "tess_show.h"

#define REST "R 1 2 3 4 5 4194304 6 7 8 9 800 200 1 2 20 0 1 0 9000 1 512 1 2\n"

#define NOBODY 65534

static char out[8192], err[8192]; /* what the command said */

static void drop(const char *name)
{
	char path[FAKE_PROC_PATH];

	fake_proc_path(path, name);
	assert_int_equal(unlink(path), 0);
}

static void refuse(const char *name)
{
	char path[FAKE_PROC_PATH];

	fake_proc_path(path, name);
	unlink(path);
	assert_int_equal(symlink("/dev/full", path), 0);
}

static void assert_wrote(const char *name, const char *expected)
{
	char text[64];

	assert_true(proc_read(text, sizeof(text), "%s", name) >= 0);
	assert_string_equal(text, expected);
}

static int setup(void **state)
{
	static const char *const files[] = {
		"2213/goto",	   "2213/cantmove",   "hpc/admin/expel",
		"hpc/admin/bring", "hpc/admin/block", "hpc/guests",
	};

	fake_proc_new();
	fake_proc_directory("2213");
	fake_proc_directory("77"); /* a process of a kernel without Tessera */
	fake_proc_directory("hpc");
	fake_proc_directory("hpc/admin");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		fake_proc_put(files[i], "");
	fake_proc_put("2213/where", "3\n");
	fake_proc_put("2213/nmigs", "2\n");
	fake_proc_put("2213/lock", "0\n");
	fake_proc_put("2213/stat", "2213 (simulate) " REST);
	fake_proc_put_bytes("2213/cmdline", "./simulate\0001", 13);
	fake_proc_put("uptime", "100.00 50.00\n");
	return 0;
}

static int teardown(void **state)
{
	fake_proc_free();
	return 0;
}

static void read_back(char ret[8192], FILE *f)
{
	rewind(f);
	ret[fread(ret, 1, 8191, f)] = '\0';
	fclose(f);
}

typedef int (*command_fn)(const struct tess_command *self, int argc,
			  char **argv, bool json);

/* Runs a command with standard output and error kept. */
static int run(command_fn command, bool json, const char *first,
	       const char *second)
{
	static const struct tess_command self = { .name = "test",
						  .usage = "tess test" };
	char name[] = "test";
	char *argv[] = { name, (char *)(uintptr_t)first,
			 (char *)(uintptr_t)second, NULL };
	FILE *o = tmpfile(), *e = tmpfile();
	int old_out = dup(STDOUT_FILENO), old_err = dup(STDERR_FILENO), r;

	fflush(stdout);
	dup2(fileno(o), STDOUT_FILENO);
	dup2(fileno(e), STDERR_FILENO);
	r = command(&self, first ? second ? 3 : 2 : 1, argv, json);
	fflush(stdout);
	dup2(old_out, STDOUT_FILENO);
	dup2(old_err, STDERR_FILENO);
	close(old_out);
	close(old_err);
	read_back(out, o);
	read_back(err, e);
	return r;
}

static int usage(const struct tess_command *self, int argc, char **argv,
		 bool json)
{
	return tess_usage(self, json, argv[1]);
}

static json_t *reply(void)
{
	json_t *o = json_loads(out, 0, NULL);

	if (!o)
		fail_msg("not JSON: %s", out);
	return o;
}

static void assert_says(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("no '%s' in '%s'", expected, text);
}

static void test_a_process_goes_to_a_number(void **state)
{
	assert_int_equal(run(cmd_migrate, false, "2213", "4"), TESS_OK);
	assert_wrote("2213/goto", "4\n");
	assert_string_equal(out, "PID 2213 is at node 4\n");
	assert_string_equal(err, "");
}

static void test_a_process_goes_home(void **state)
{
	assert_int_equal(run(cmd_migrate, false, "2213", "home"), TESS_OK);
	assert_wrote("2213/goto", "0\n");
	fake_proc_put("2213/goto", "");
	assert_int_equal(run(cmd_bring, false, "2213", NULL), TESS_OK);
	assert_wrote("2213/goto", "0\n");
	assert_string_equal(out, "PID 2213 is at home\n");
}

static void test_a_move_is_told_to_programs(void **state)
{
	json_t *o;

	assert_int_equal(run(cmd_migrate, true, "2213", "4"), TESS_OK);
	o = reply();
	assert_int_equal(show_integer(o, "pid"), 2213);
	assert_int_equal(show_integer(o, "node"), 4);
	assert_true(show_true(o, "moved"));
	assert_true(json_is_null(json_object_get(o, "reason")));
	json_decref(o);
}

static void test_who_stays_says_why(void **state)
{
	json_t *o;

	refuse("2213/goto");
	fake_proc_put("2213/cantmove", "it has locked memory\n");
	assert_int_equal(run(cmd_migrate, false, "2213", "4"), TESS_STAYS);
	assert_says(err, "PID 2213 stays: it has locked memory\n");
	assert_string_equal(out, "");
	assert_int_equal(run(cmd_migrate, true, "2213", "4"), TESS_STAYS);
	o = reply();
	assert_false(show_true(o, "moved"));
	assert_string_equal(show_string(o, "reason"), "it has locked memory");
	assert_string_equal(show_string(json_object_get(o, "error"), "code"),
			    "stays");
	json_decref(o);
}

static int migrate_as_nobody(void)
{
	int r;

	assert_int_equal(seteuid(NOBODY), 0);
	r = run(cmd_migrate, false, "2213", "4");
	assert_int_equal(seteuid(0), 0);
	return r;
}

/* Of a process whose first thread has ended, its user owns the directory only. */
static void test_its_user_is_told_why_by_files_of_root(void **state)
{
	char directory[256];

	if (geteuid() != 0)
		skip();
	fake_proc_path(directory, "2213");
	assert_int_equal(chmod(proc_root, 0755), 0);
	fake_proc_put("2213/cantmove", "its first thread has ended\n");
	assert_int_equal(migrate_as_nobody(), TESS_FAILED);
	assert_says(err, "process 2213 is not yours");
	assert_int_equal(chown(directory, NOBODY, NOBODY), 0);
	assert_int_equal(migrate_as_nobody(), TESS_STAYS);
	assert_says(err, "PID 2213 stays: its first thread has ended\n");
}

static void test_who_is_being_moved_is_not_kept_by_old_words(void **state)
{
	static const char node[] = "the node has too many guests";
	static const char busy[] = "it could not be brought to a standstill";

	assert_string_equal(process_refusal(node, -EPERM), node);
	assert_string_equal(process_refusal(node, -EBUSY),
			    "it is being moved already");
	assert_string_equal(process_refusal("", -EBUSY),
			    "it is being moved already");
	assert_string_equal(process_refusal(busy, -EBUSY), busy);
	assert_string_equal(process_refusal("it is stopped", -EBUSY),
			    "it is stopped");
}

static void test_without_words_the_error_says_why(void **state)
{
	refuse("2213/goto");
	assert_int_equal(run(cmd_migrate, false, "2213", "4"), TESS_STAYS);
	assert_says(err, strerror(ENOSPC));
}

static void test_nobody_is_told_from_another_kernel(void **state)
{
	assert_int_equal(run(cmd_migrate, false, "99", "4"), TESS_FAILED);
	assert_says(err, "there is no process 99");
	assert_int_equal(run(cmd_migrate, false, "77", "4"), TESS_NO_KERNEL);
	assert_says(err, "cannot move processes");
	assert_int_equal(run(cmd_why, false, "99", NULL), TESS_FAILED);
	assert_int_equal(run(cmd_why, false, "77", NULL), TESS_NO_KERNEL);
	assert_int_equal(run(cmd_stay, false, "77", NULL), TESS_NO_KERNEL);
}

static void test_the_best_node_is_asked_for(void **state)
{
	if (access("/run/tessera/ctl", F_OK) == 0)
		skip();
	assert_int_equal(run(cmd_migrate, false, "2213", "best"),
			 TESS_NO_AGENT);
	assert_int_equal(run(cmd_migrate, false, "99", "best"), TESS_FAILED);
	assert_wrote("2213/goto", "");
}

static void test_a_name_needs_the_agent(void **state)
{
	if (access("/run/tessera/ctl", F_OK) == 0)
		skip();
	assert_int_equal(run(cmd_migrate, false, "2213", "tess-000003"),
			 TESS_NO_AGENT);
}

static void test_wrong_arguments_are_refused(void **state)
{
	assert_int_equal(run(cmd_migrate, false, "2213", NULL), TESS_USAGE);
	assert_int_equal(run(cmd_migrate, false, "x", "4"), TESS_USAGE);
	assert_int_equal(run(cmd_why, false, NULL, NULL), TESS_USAGE);
	assert_int_equal(run(cmd_why, false, "-1", NULL), TESS_USAGE);
	assert_int_equal(run(cmd_bring, false, NULL, NULL), TESS_USAGE);
	assert_int_equal(run(cmd_expel, false, "all", NULL), TESS_USAGE);
	assert_int_equal(run(cmd_ps, false, "-a", NULL), TESS_USAGE);
	assert_int_equal(run(cmd_stay, false, "1", "2"), TESS_USAGE);
}

static void test_switches_of_the_node_are_thrown(void **state)
{
	json_t *o;

	assert_int_equal(run(cmd_bring, false, "--all", NULL), TESS_OK);
	assert_wrote("hpc/admin/bring", "1\n");
	assert_int_equal(run(cmd_expel, false, NULL, NULL), TESS_OK);
	assert_wrote("hpc/admin/expel", "1\n");
	assert_int_equal(run(cmd_block, true, NULL, NULL), TESS_OK);
	assert_wrote("hpc/admin/block", "1\n");
	o = reply();
	assert_true(show_true(o, "block"));
	json_decref(o);
	assert_int_equal(run(cmd_unblock, true, NULL, NULL), TESS_OK);
	assert_wrote("hpc/admin/block", "0\n");
	o = reply();
	assert_true(json_is_false(json_object_get(o, "block")));
	json_decref(o);
}

static void test_a_switch_that_fails_says_so(void **state)
{
	refuse("hpc/admin/expel");
	assert_int_equal(run(cmd_expel, false, NULL, NULL), TESS_FAILED);
	assert_says(err, "could not send guests away");
	drop("hpc/admin/expel");
	assert_int_equal(run(cmd_expel, false, NULL, NULL), TESS_NO_KERNEL);
}

static void test_a_process_is_locked_and_freed(void **state)
{
	assert_int_equal(run(cmd_stay, false, "2213", NULL), TESS_OK);
	assert_wrote("2213/lock", "1\n");
	assert_int_equal(run(cmd_free, false, "2213", NULL), TESS_OK);
	assert_wrote("2213/lock", "0\n");
}

static void test_why_tells_all_there_is(void **state)
{
	json_t *o;

	fake_proc_put("2213/lock", "1\n");
	fake_proc_put("2213/cantmove", "its user locked it\n");
	assert_int_equal(run(cmd_why, false, "2213", NULL), TESS_OK);
	assert_says(out, "away, at node 3");
	assert_says(out, "no: its user locked it");
	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_int_equal(show_integer(o, "node"), 3);
	assert_int_equal(show_integer(o, "moves"), 2);
	assert_true(show_true(o, "locked"));
	assert_true(json_is_false(json_object_get(o, "can_move")));
	assert_string_equal(show_string(o, "reason"), "its user locked it");
	json_decref(o);
}

static void test_who_can_move_has_no_reason(void **state)
{
	json_t *o;

	fake_proc_put("2213/where", "0\n");
	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_int_equal(show_integer(o, "node"), 0);
	assert_true(show_true(o, "can_move"));
	assert_true(json_is_null(json_object_get(o, "reason")));
	json_decref(o);
	assert_int_equal(run(cmd_why, false, "2213", NULL), TESS_OK);
	assert_says(out, "at home");
	assert_says(out, "yes");
}

static void test_why_tells_the_rules_of_who_is_at_home(void **state)
{
	static const char environ[] = "A=1\0TESSERA_RULES=on=4-6 cpu\0";
	json_t *o;

	fake_proc_put_bytes("2213/environ", environ, sizeof(environ) - 1);
	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_true(json_is_null(json_object_get(o, "rules"))); /* away */
	json_decref(o);
	fake_proc_put("2213/where", "0\n");
	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_string_equal(show_string(o, "rules"), "on=4-6 cpu");
	json_decref(o);
	assert_int_equal(run(cmd_why, false, "2213", NULL), TESS_OK);
	assert_says(out, "on=4-6 cpu");
}

static void test_a_refusal_of_a_node_is_past(void **state)
{
	static const char words[] = "the node takes no guests now";
	json_t *o;

	fake_proc_put("2213/cantmove", "the node takes no guests now\n");
	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_true(show_true(o, "can_move"));
	assert_true(json_is_null(json_object_get(o, "reason")));
	assert_string_equal(show_string(o, "last_refused"), words);
	json_decref(o);
	assert_int_equal(run(cmd_why, false, "2213", NULL), TESS_OK);
	assert_says(out, "yes; last refused: the node takes no guests now\n");
	assert_true(process_reason_is_past("there is no such node"));
	assert_true(process_reason_is_past("that node is this one"));
	assert_true(process_reason_is_past("it took too long"));
	assert_true(process_reason_is_past(
		"it could not be brought to a standstill"));
	assert_false(process_reason_is_past("it has too many threads"));
	assert_false(process_reason_is_past("its user locked it"));
	assert_false(process_reason_is_past(""));
}

static void assert_left_alone(const char *expected)
{
	const char *text;
	json_t *o;

	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_true(show_true(o, "can_move"));
	text = json_string_value(json_object_get(o, "left_alone"));
	if (expected)
		assert_string_equal(text, expected);
	else
		assert_null(text);
	json_decref(o);
	assert_int_equal(run(cmd_why, false, "2213", NULL), TESS_OK);
	if (expected)
		assert_says(out, expected);
	else
		assert_null(strstr(out, "by itself"));
}

static void test_why_tells_what_the_balancer_goes_by(void **state)
{
	static const char environ[] = "TESSERA_RULES=io";
	char path[FAKE_PROC_PATH];

	if (geteuid() != 0)
		skip();
	fake_proc_put("2213/where", "0\n");
	assert_left_alone("it belongs to root or to the system");
	fake_proc_path(path, "2213");
	assert_int_equal(chown(path, 1000, 1000), 0);
	assert_left_alone(NULL);
	fake_proc_put("hpc/admin/lstay", "1\n");
	assert_left_alone("own processes stay at home (lstay)");
	fake_proc_put("2213/where", "3\n");
	assert_left_alone(NULL);
	fake_proc_put("hpc/admin/quiet", "1\n");
	assert_left_alone("this node is quiet");
	fake_proc_put("2213/where", "0\n");
	fake_proc_put_bytes("2213/environ", environ, sizeof(environ));
	assert_left_alone("its rules say io");
	fake_proc_put("2213/stat", "2213 (sh) S 1 2213 2213 34816 5 4194304 6 "
				   "7 8 9 800 200 1 2 20 0 1 0 9000 1 512 1 "
				   "2\n");
	assert_left_alone("it leads the session of a terminal");
}

static void test_why_tells_whose_guest_it_is(void **state)
{
	json_t *o;

	fake_proc_put("2213/where", "0\n");
	fake_proc_put("2213/cantmove",
		      "it is a guest here: only its home can move it\n");
	fake_proc_put("hpc/guests", "99 8 9 b\n2213 7 812 a\n");
	assert_int_equal(run(cmd_why, true, "2213", NULL), TESS_OK);
	o = reply();
	assert_int_equal(show_integer(o, "guest_of"), 7);
	json_decref(o);
	assert_int_equal(run(cmd_why, false, "2213", NULL), TESS_OK);
	assert_says(out, "a guest here, of node 7");
	assert_null(strstr(out, "at home"));
}

static json_t *process(size_t i)
{
	json_t *o = reply(), *process;

	process =
		json_incref(json_array_get(json_object_get(o, "processes"), i));
	json_decref(o);
	return process;
}

static void test_ps_lists_who_is_away(void **state)
{
	json_t *p;

	fake_proc_directory("5");
	fake_proc_put("5/where", "0\n");
	assert_int_equal(run(cmd_ps, true, NULL, NULL), TESS_OK);
	p = process(0);
	assert_int_equal(show_integer(p, "pid"), 2213);
	assert_true(json_is_false(json_object_get(p, "guest")));
	assert_int_equal(show_integer(p, "runs_on"), 3);
	assert_int_equal(show_integer(p, "moves"), 2);
	/* 10 s of CPU time in the 10 s since it started at 90 s */
	assert_in_range(show_real(p, "cpu") * sysconf(_SC_CLK_TCK) / 100, 99,
			101);
	assert_true(json_is_null(json_object_get(p, "mem")));
	assert_string_equal(show_string(p, "command"), "./simulate 1");
	json_decref(p);
	p = process(1);
	assert_null(p);
}

static void test_ps_lists_guests(void **state)
{
	json_t *p;

	fake_proc_put("2213/where", "0\n");
	fake_proc_put("hpc/guests",
		      "2213 7 812 a\033b c\nnonsense\n99 8 9 gone\n");
	assert_int_equal(run(cmd_ps, true, NULL, NULL), TESS_OK);
	p = process(0);
	assert_int_equal(show_integer(p, "pid"), 2213);
	assert_int_equal(show_integer(p, "home_pid"), 812);
	assert_int_equal(show_integer(p, "home"), 7);
	assert_true(show_true(p, "guest"));
	assert_true(json_is_null(json_object_get(p, "user")));
	/* What it used at home, in no time here. */
	assert_true(json_is_null(json_object_get(p, "cpu")));
	assert_int_equal(show_integer(p, "mem"), 512 * sysconf(_SC_PAGESIZE));
	json_decref(p);
	p = process(1);
	assert_int_equal(show_integer(p, "pid"), 99);
	assert_true(json_is_null(json_object_get(p, "mem")));
	json_decref(p);
	assert_int_equal(run(cmd_ps, false, NULL, NULL), TESS_OK);
	assert_says(out, "a?b c"); /* no escape sequence from elsewhere */
	assert_null(strchr(out, '\033'));
}

static void test_ps_of_nobody_says_so(void **state)
{
	fake_proc_put("2213/where", "0\n");
	assert_int_equal(run(cmd_ps, false, NULL, NULL), TESS_OK);
	assert_says(out, "no process is away");
	assert_int_equal(run(cmd_ps, true, NULL, NULL), TESS_OK);
	assert_string_equal(out, "{\"processes\":[]}\n");
}

static void test_names_come_from_the_agents_list(void **state)
{
	json_t *nodes = json_pack("{s:[{s:i,s:s,s:b},{s:i,s:s,s:b}]}", "nodes",
				  "id", 1, "name", "tess-1", "self", 1, "id", 3,
				  "name", "tess-3", "self", 0);
	char text[NODES_TEXT];

	assert_int_equal(nodes_number(nodes, "tess-3"), 3);
	assert_int_equal(nodes_number(nodes, "tess-9"), 0);
	assert_int_equal(nodes_self(nodes), 1);
	nodes_text(text, nodes, 3);
	assert_string_equal(text, "tess-3 (node 3)");
	nodes_text(text, nodes, 9);
	assert_string_equal(text, "node 9");
	json_decref(nodes);
	assert_int_equal(nodes_number(NULL, "tess-3"), 0);
	assert_int_equal(nodes_self(NULL), 0);
	assert_null(nodes_name(NULL, 3));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static void test_what_is_no_text_is_told_all_the_same(void **state)
{
	json_t *o;

	assert_int_equal(run(usage, true, "\xff\033[2J", NULL), TESS_USAGE);
	o = reply();
	assert_string_equal(show_string(json_object_get(o, "error"), "message"),
			    "'tess test' does not take '?\033[2J'");
	json_decref(o);
	assert_int_equal(run(usage, false, "\xff\033[2J", NULL), TESS_USAGE);
	assert_non_null(strstr(err, "does not take '??[2J'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_process_goes_to_a_number),
		TEST(test_a_process_goes_home),
		TEST(test_a_move_is_told_to_programs),
		TEST(test_who_stays_says_why),
		TEST(test_its_user_is_told_why_by_files_of_root),
		TEST(test_who_is_being_moved_is_not_kept_by_old_words),
		TEST(test_without_words_the_error_says_why),
		TEST(test_nobody_is_told_from_another_kernel),
		TEST(test_the_best_node_is_asked_for),
		TEST(test_a_name_needs_the_agent),
		TEST(test_wrong_arguments_are_refused),
		TEST(test_switches_of_the_node_are_thrown),
		TEST(test_a_switch_that_fails_says_so),
		TEST(test_a_process_is_locked_and_freed),
		TEST(test_why_tells_all_there_is),
		TEST(test_who_can_move_has_no_reason),
		TEST(test_why_tells_the_rules_of_who_is_at_home),
		TEST(test_a_refusal_of_a_node_is_past),
		TEST(test_why_tells_what_the_balancer_goes_by),
		TEST(test_why_tells_whose_guest_it_is),
		TEST(test_ps_lists_who_is_away),
		TEST(test_ps_lists_guests),
		TEST(test_ps_of_nobody_says_so),
		TEST(test_names_come_from_the_agents_list),
		TEST(test_what_is_no_text_is_told_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
