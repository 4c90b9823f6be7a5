// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess run: what becomes of the command, its environment and its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_proc.h"
#include "keeper.h"
#include "launch.h"
#include "program.h"
#include "stage.h"

static int tess_run(int argc, char **argv)
{
	static const struct tess_command self = { .name = "run",
						  .usage = "tess run" };

	return cmd_run(&self, argc, argv, false);
}

static void test_the_command_takes_the_place_of_tess(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "sh", "-c", "echo $$; exit 7");
	assert_int_equal(s->status, 7);
	assert_int_equal(atoi(s->out), s->pid);
	assert_string_equal(s->err, "");
	STAGE_RUN(s, tess_run, "run", "--stay", "sh", "-c", "kill -9 $$");
	assert_int_equal(s->status, -9);
}

static void test_options_behind_the_command_are_its_own(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "echo", "--home", "-n", "3", "--help");
	assert_int_equal(s->status, 0);
	assert_string_equal(s->out, "--home -n 3 --help\n");
	STAGE_RUN(s, tess_run, "run", "--", "echo", "hello");
	assert_string_equal(s->out, "hello\n");
}

static void test_rules_are_in_its_environment(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "--on", "1,4-7", "--cpu-job", "sh", "-c",
		  "echo \"$TESSERA_RULES\"");
	assert_string_equal(s->out, "on=1,4-7 cpu\n");
	STAGE_RUN(s, tess_run, "run", "--on", "1,4-7", "--not-on", "5,6", "sh",
		  "-c", "echo \"$TESSERA_RULES\"");
	assert_string_equal(s->out, "on=1,4-7 not-on=5,6\n");
	STAGE_RUN(s, tess_run, "run", "--io-job", "--stay", "sh", "-c",
		  "echo \"$TESSERA_RULES\"");
	assert_string_equal(s->out, "stay io\n");
}

static void test_rules_of_the_caller_go_on(void **state)
{
	struct stage *s = *state;

	setenv("TESSERA_RULES", "on=3 cpu", 1);
	STAGE_RUN(s, tess_run, "run", "--io-job", "sh", "-c",
		  "echo \"$TESSERA_RULES\"");
	unsetenv("TESSERA_RULES");
	assert_string_equal(s->out, "on=3 io\n");
}

static void test_what_nobody_heeds_is_said(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "--on", "3", "true");
	assert_int_equal(s->status, 0);
	stage_says(s->err, "do not move by themselves");
}

static void assert_balances(const char *balance, const char *held,
			    bool expected)
{
	json_t *status = json_pack("{s:s, s:s?}", "balance", balance,
				   "balance_held", held);

	assert_non_null(status);
	assert_true(launch_balances(status) == expected);
	json_decref(status);
}

static void test_who_is_held_is_not_balanced(void **state)
{
	assert_balances("on", NULL, true);
	assert_balances("off", NULL, false);
	assert_balances("on", "quiet", false);
	assert_balances("on", "lstay", false);
	assert_false(launch_balances(NULL));
}

/* ld.so itself tells which levels it takes for supported. */
static void test_glibc_keeps_to_the_level(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "/lib64/ld-linux-x86-64.so.2", "--help");
	if (!strstr(s->out, "x86-64-v3 (supported"))
		skip(); /* this CPU has nothing to turn off */
	STAGE_RUN(s, tess_run, "run", "--cpu-level", "v2",
		  "/lib64/ld-linux-x86-64.so.2", "--help");
	stage_says(s->out, "x86-64-v2 (supported");
	assert_null(strstr(s->out, "x86-64-v3 (supported"));
	STAGE_RUN(s, tess_run, "run", "--cpu-level", "v1",
		  "/lib64/ld-linux-x86-64.so.2", "--help");
	assert_null(strstr(s->out, "x86-64-v2 (supported"));
}

static void test_own_tunables_stay(void **state)
{
	struct stage *s = *state;

	setenv("GLIBC_TUNABLES", "glibc.malloc.check=0", 1);
	STAGE_RUN(s, tess_run, "run", "--cpu-level", "v3", "sh", "-c",
		  "echo \"$GLIBC_TUNABLES\"");
	unsetenv("GLIBC_TUNABLES");
	stage_says(s->out, "glibc.malloc.check=0:glibc.cpu.hwcaps=-AVX512F");
}

static void make_node(const char *status)
{
	fake_proc_directory("hpc");
	fake_proc_directory("hpc/nodes");
	fake_proc_directory("hpc/nodes/3");
	fake_proc_put("hpc/nodes/3/status", status);
}

/* It goes on once it has gone there: what the command waits for. */
#define WAIT_FOR_GOTO "until [ -s \"$STAGE/$$/goto\" ]; do :; done; "

static void test_it_is_sent_to_the_node(void **state)
{
	struct stage *s = *state;

	make_node("up\n");
	STAGE_RUN(s, tess_run, "run", "-n", "3", "sh", "-c",
		  WAIT_FOR_GOTO "echo 3 >$STAGE/$$/where; exit 5");
	assert_int_equal(s->status, 5);
	assert_string_equal(s->err, "");
	stage_process_wrote(s, "lock", "0\n");
}

static void test_the_kernel_hears_of_the_level(void **state)
{
	struct stage *s = *state;

	make_node("up\n");
	STAGE_RUN(s, tess_run, "run", "-n", "3", "--cpu-level", "v2", "sh",
		  "-c",
		  WAIT_FOR_GOTO "[ \"$(cat $STAGE/$$/goto)\" = '3 v2' ]; e=$?; "
				"echo 3 >$STAGE/$$/where; exit $e");
	assert_int_equal(s->status, 0);
}

static int tess_run_without_output(int argc, char **argv)
{
	close(STDOUT_FILENO);
	program_streams();
	return tess_run(argc, argv);
}

static void test_a_closed_stream_stays_closed_for_the_command(void **state)
{
	struct stage *s = *state;

	make_node("up\n");
	STAGE_RUN(s, tess_run_without_output, "run", "-n", "3", "sh", "-c",
		  WAIT_FOR_GOTO "echo 3 >$STAGE/$$/where; "
				"[ ! -e /proc/self/fd/1 ]");
	assert_int_equal(s->status, 0);
	assert_string_equal(s->err, "");
}

static void test_what_comes_home_at_its_start_is_sent_again(void **state)
{
	struct stage *s = *state;

	make_node("up\n");
	/* As if it came home at once: the file is empty again. */
	STAGE_RUN(s, tess_run, "run", "-n", "3", "sh", "-c",
		  WAIT_FOR_GOTO ": >$STAGE/$$/goto; " WAIT_FOR_GOTO "exit 0");
	assert_int_equal(s->status, 0);
}

static void test_who_stays_is_locked(void **state)
{
	struct stage *s = *state;

	make_node("up\n");
	STAGE_RUN(s, tess_run, "run", "--home", "sh", "-c",
		  "until read l <$STAGE/$$/lock && [ \"$l\" = 1 ]; do :; done");
	assert_int_equal(s->status, 0);
	stage_process_wrote(s, "goto", "");
	STAGE_RUN(s, tess_run, "run", "-n", "3", "--stay", "sh", "-c",
		  "until read l <$STAGE/$$/lock && [ \"$l\" = 1 ]; do :; done");
	assert_int_equal(s->status, 0);
	assert_string_equal(s->err, "");
}

static void test_a_refusal_is_told_and_it_runs_at_home(void **state)
{
	static const char *const arguments[] = {
		"run", "-n",
		"3",   "sh",
		"-c",  "until [ -s /proc/self/fd/2 ]; do :; done; echo done",
		NULL
	};
	struct stage *s = *state;

	make_node("up\n");
	stage_run(s, tess_run, true, arguments);
	assert_int_equal(s->status, 0);
	assert_string_equal(s->out, "done\n");
	stage_says(s->err, "stays at home: it has locked memory");
}

static int tess_run_here(int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof(name), "%d/cantmove", getpid());
	fake_proc_put(name, "that node is this one\n");
	return tess_run(argc, argv);
}

/* It is sent to node 3, to stay, and does this in a shell. */
static void run_there(struct stage *s, int (*run)(int argc, char **argv),
		      const char *script)
{
	const char *const arguments[] = { "run", "-n", "3",    "--stay",
					  "sh",	 "-c", script, NULL };

	make_node("up\n");
	stage_run(s, run, true, arguments);
	assert_int_equal(s->status, 0);
}

static void test_who_is_sent_to_this_node_is_at_home(void **state)
{
	struct stage *s = *state;

	run_there(s, tess_run_here,
		  "until read l <$STAGE/$$/lock && [ \"$l\" = 1 ]; do :; done");
	assert_string_equal(s->err, "");
	stage_process_wrote(s, "lock", "1\nat node is this one\n");
}

static void test_what_kept_it_is_told_though_it_is_locked_then(void **state)
{
	struct stage *s = *state;

	run_there(s, tess_run, "until [ -s /proc/self/fd/2 ]; do :; done");
	stage_says(s->err, "stays at home: it has locked memory");
	stage_process_wrote(s, "lock", "1\n has locked memory\n");
}

static void test_a_node_that_cannot_be_had_is_told_before(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "-n", "3", "echo", "ran");
	assert_int_equal(s->status, TESS_NO_KERNEL);
	assert_string_equal(s->out, "");
	make_node("down\n");
	STAGE_RUN(s, tess_run, "run", "-n", "3", "echo", "ran");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "node 3 is down");
	STAGE_RUN(s, tess_run, "run", "-n", "4", "echo", "ran");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "there is no node 4");
	assert_string_equal(s->out, "");
}

static void test_a_number_that_nobody_has_is_no_rule(void **state)
{
	static const char *const options[] = { "--on", "--not-on" };
	struct stage *s = *state;

	make_node("down\n");
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		STAGE_RUN(s, tess_run, "run", options[i], "3,99", "echo",
			  "ran");
		assert_int_equal(s->status, TESS_FAILED);
		stage_says(s->err, "there is no node 99");
		assert_string_equal(s->out, "");
		STAGE_RUN(s, tess_run, "run", options[i], "3,7-99", "echo",
			  "ran");
		assert_string_equal(s->out, "ran\n");
	}
}

static void test_no_command_is_told_as_by_a_shell(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run", "--home", "/nonexistent/x");
	assert_int_equal(s->status, LAUNCH_NOT_FOUND);
	stage_says(s->err, "'/nonexistent/x' cannot be executed: No such file");
	STAGE_RUN(s, tess_run, "run", "/");
	assert_int_equal(s->status, LAUNCH_NOT_EXECUTABLE);
}

static void test_wrong_options_are_refused(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_run, "run");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "needs to be told more");
	STAGE_RUN(s, tess_run, "run", "--fast", "true");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "does not take '--fast'");
	STAGE_RUN(s, tess_run, "run", "-n");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "'-n' needs a value");
	STAGE_RUN(s, tess_run, "run", "--stay", "--node");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "'--node' needs a value");
	STAGE_RUN(s, tess_run, "run", "--cpu-level", "v9", "true");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "it takes v1, v2, v3 or v4");
	STAGE_RUN(s, tess_run, "run", "--on", "9-3", "true");
	assert_int_equal(s->status, TESS_USAGE);
	STAGE_RUN(s, tess_run, "run", "--home", "-n", "3", "true");
	assert_int_equal(s->status, TESS_USAGE);
	STAGE_RUN(s, tess_run, "run", "-n", "3", "--stay", "--on", "4", "true");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "--on excludes the node of -n");
	STAGE_RUN(s, tess_run, "run", "-n", "3", "--not-on", "2-4", "true");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "--not-on excludes the node of -n");
	STAGE_RUN(s, tess_run, "run", "--not-on", "9-3", "true");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "'--not-on 9-3' makes no sense");
}

static void assert_decides(bool lock, int64_t where, int64_t locked,
			   int64_t age, enum keeper_does expected)
{
	struct keeper keeper = { .pid = 1, .node = 3, .lock = lock };

	assert_int_equal(keeper_decide(&keeper, where, locked, age), expected);
}

static void test_the_keeper_knows_when_it_is_done(void **state)
{
	const int64_t start = KEEPER_FIRST_MS, later = KEEPER_START_MS;
	struct keeper home = { .pid = 1, .lock = true };

	assert_decides(false, 3, 0, start, KEEPER_LOOKS);
	assert_decides(false, 0, 0, start, KEEPER_SENDS);
	assert_decides(false, 7, 0, start, KEEPER_LEAVES);
	assert_decides(false, 0, 0, later, KEEPER_LEAVES);
	assert_decides(true, 3, 1, later, KEEPER_LOOKS);
	assert_decides(true, 0, 1, later, KEEPER_SENDS);
	assert_decides(true, 0, 0, later, KEEPER_LEAVES); /* it was freed */
	assert_int_equal(keeper_decide(&home, 0, 1, start), KEEPER_LEAVES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_command_takes_the_place_of_tess),
		TEST(test_options_behind_the_command_are_its_own),
		TEST(test_rules_are_in_its_environment),
		TEST(test_rules_of_the_caller_go_on),
		TEST(test_what_nobody_heeds_is_said),
		TEST(test_who_is_held_is_not_balanced),
		TEST(test_glibc_keeps_to_the_level),
		TEST(test_the_kernel_hears_of_the_level),
		TEST(test_own_tunables_stay),
		TEST(test_it_is_sent_to_the_node),
		TEST(test_a_closed_stream_stays_closed_for_the_command),
		TEST(test_what_comes_home_at_its_start_is_sent_again),
		TEST(test_who_stays_is_locked),
		TEST(test_a_refusal_is_told_and_it_runs_at_home),
		TEST(test_who_is_sent_to_this_node_is_at_home),
		TEST(test_what_kept_it_is_told_though_it_is_locked_then),
		TEST(test_a_node_that_cannot_be_had_is_told_before),
		TEST(test_a_number_that_nobody_has_is_no_rule),
		TEST(test_no_command_is_told_as_by_a_shell),
		TEST(test_wrong_options_are_refused),
		TEST(test_the_keeper_knows_when_it_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
