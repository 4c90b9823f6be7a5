// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * openMosix's commands: each option does what it did, or says why it does not.
 */
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
#include "old.h"
#include "old_ps.h"
#include "proc.h"
#include "stage.h"

#define RULES "sh", "-c", "echo \"$TESSERA_RULES\""
/* Until the keeper has locked it. */
#define LOCKED                                                                 \
	"sh", "-c",                                                            \
		"until read l <$STAGE/$$/lock && [ \"$l\" = 1 ]; do :; done; " \
		"echo \"$TESSERA_RULES\""
#define SENT                                                              \
	"sh", "-c",                                                       \
		"until read n <$STAGE/$$/goto; do :; done; echo \"$n\"; " \
		"echo $n >$STAGE/$$/where"

static int run_old(int argc, char **argv)
{
	return old_find(argv[0])->run(argc, argv);
}

static int setup(void **state)
{
	static const char *const nodes[] = { "3", "4", "5" };
	static const char *const files[] = { "block", "expel", "bring",
					     "stay",  "lstay", "quiet" };
	char name[64];
	int r = stage_setup(state);

	if (r < 0)
		return r;
	fake_proc_directory("hpc");
	fake_proc_directory("hpc/admin");
	fake_proc_directory("hpc/nodes");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(name, sizeof(name), "hpc/admin/%s", files[i]);
		fake_proc_put(name, "");
	}
	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		snprintf(name, sizeof(name), "hpc/nodes/%s", nodes[i]);
		fake_proc_directory(name);
		snprintf(name, sizeof(name), "hpc/nodes/%s/status", nodes[i]);
		fake_proc_put(name, *nodes[i] == '4' ? "down\n" : "up\n");
	}
	fake_proc_put("hpc/nodes/3/load", "150\n");
	return 0;
}

static void test_names_are_found_with_their_directory(void **state)
{
	assert_non_null(old_find("mosrun"));
	assert_ptr_equal(old_find("/usr/bin/mps"), old_find("mps"));
	assert_null(old_find("tess"));
	assert_null(old_find("/usr/bin/"));
}

static void test_mosrun_locks_to_home_unless_told(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosrun", LOCKED);
	assert_string_equal(s->out, "stay\n");
	STAGE_RUN(s, run_old, "mosrun", "-h", LOCKED);
	assert_string_equal(s->out, "home\n");
	STAGE_RUN(s, run_old, "mosrun", "-l", RULES);
	assert_string_equal(s->out, "\n");
	STAGE_RUN(s, run_old, "mosrun", "-c", RULES);
	assert_string_equal(s->out, "cpu\n");
	STAGE_RUN(s, run_old, "mosrun", "-i", "-L", LOCKED);
	assert_string_equal(s->out, "stay io\n");
	STAGE_RUN(s, run_old, "mosrun", "-k", RULES); /* the caller is free */
	assert_string_equal(s->out, "\n");
}

static void test_mosrun_starts_on_a_node(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosrun", "-3", "-l", SENT);
	assert_string_equal(s->out, "3\n");
	STAGE_RUN(s, run_old, "mosrun", "-j5", "-l", SENT);
	assert_string_equal(s->out, "5\n");
	STAGE_RUN(s, run_old, "mosrun", "-j3,5-5", "-l", SENT);
	assert_true(strcmp(s->out, "3\n") == 0 || strcmp(s->out, "5\n") == 0);
	STAGE_RUN(s, run_old, "runon", "3", LOCKED);
	assert_string_equal(s->out, "stay\n");
}

static void test_mosrun_needs_its_node_unless_told(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosrun", "-4", RULES);
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "node 4 is down");
	assert_string_equal(s->out, "");
	STAGE_RUN(s, run_old, "mosrun", "-4", "-F", "-l", RULES);
	assert_int_equal(s->status, 0);
	assert_string_equal(s->out, "\n");
}

static void test_advice_about_decay_is_left_out_in_words(void **state)
{
	static const char *const letters[] = { "-n", "-s", "-f", "-e",
					       "-E", "-r", "-R" };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		STAGE_RUN(s, run_old, "mosrun", letters[i], "-l", "echo",
			  "ran");
		assert_string_equal(s->out, "ran\n");
		stage_says(s->err, letters[i]);
		stage_says(s->err, "is left out");
	}
	STAGE_RUN(s, run_old, "mosrun", "-n", "-t", "30", "-d950", "-l", "echo",
		  "ran");
	assert_string_equal(s->out, "ran\n");
	stage_says(s->err, "'-t' is left out");
	stage_says(s->err, "'-d' is left out");
	STAGE_RUN(s, run_old, "slowdecay", "echo", "ran");
	assert_string_equal(s->out, "ran\n");
	stage_says(s->err, "'slowdecay' is left out");
}

static void test_z_gives_the_command_another_name(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosrun", "-l", "-z", "sh", "-other", "-c",
		  "echo $0");
	assert_string_equal(s->out, "-other\n");
}

static void test_short_forms_are_those_of_mosrun(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "nomig", LOCKED);
	assert_string_equal(s->out, "stay\n");
	STAGE_RUN(s, run_old, "runhome", LOCKED);
	assert_string_equal(s->out, "home\n");
	STAGE_RUN(s, run_old, "cpujob", RULES);
	assert_string_equal(s->out, "cpu\n");
	STAGE_RUN(s, run_old, "iojob", "-h", LOCKED);
	assert_string_equal(s->out, "home io\n");
	STAGE_RUN(s, run_old, "cpujob", "-3", SENT);
	assert_string_equal(s->out, "3\n");
}

static void assert_usage(struct stage *s, const char *tool)
{
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "usage: ");
	stage_says(s->err, tool);
	assert_string_equal(s->out, "");
}

static void test_what_was_never_an_option_is_refused(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosrun", "-x", "echo", "ran");
	assert_usage(s, "mosrun");
	STAGE_RUN(s, run_old, "mosrun", "-j0", "echo", "ran");
	assert_usage(s, "mosrun");
	STAGE_RUN(s, run_old, "mosrun", "-3x", "echo", "ran");
	assert_usage(s, "mosrun");
	STAGE_RUN(s, run_old, "mosrun");
	assert_usage(s, "mosrun");
	STAGE_RUN(s, run_old, "nomig", "-h", "echo", "ran");
	assert_usage(s, "nomig");
	STAGE_RUN(s, run_old, "runon", "-3", "echo", "ran");
	assert_usage(s, "runon");
	STAGE_RUN(s, run_old, "runon", "3");
	assert_usage(s, "runon");
	STAGE_RUN(s, run_old, "mosctl", "dance");
	assert_usage(s, "mosctl");
	STAGE_RUN(s, run_old, "mosctl", "block", "3");
	assert_usage(s, "mosctl");
	STAGE_RUN(s, run_old, "setpe", "-q");
	assert_usage(s, "setpe");
	STAGE_RUN(s, run_old, "migrate", "12");
	assert_int_equal(s->status, TESS_USAGE);
}

static void test_a_command_starts_at_one_place(void **state)
{
	static const char *const places[] = { "-h", "-3", "-j3" };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (size_t j = 0; j < sizeof(places) / sizeof(*places); j++) {
			STAGE_RUN(s, run_old, "mosrun", places[i], places[j],
				  "echo", "ran");
			assert_usage(s, "mosrun");
		}
	STAGE_RUN(s, run_old, "cpujob", "-h", "-3", "echo", "ran");
	assert_usage(s, "cpujob");
}

/* Names are the agent's to know. */
static void test_runon_takes_a_name(void **state)
{
	struct stage *s = *state;

	if (access("/run/tessera/ctl", F_OK) == 0)
		skip();
	STAGE_RUN(s, run_old, "runon", "tess-000003", "echo", "ran");
	assert_int_equal(s->status, TESS_NO_AGENT);
	assert_string_equal(s->out, "");
}

static void test_mosctl_throws_the_switches_there_are(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosctl", "block");
	assert_int_equal(s->status, TESS_OK);
	stage_wrote("hpc/admin/block", "1\n");
	STAGE_RUN(s, run_old, "mosctl", "noblock");
	stage_wrote("hpc/admin/block", "0\n");
	STAGE_RUN(s, run_old, "mosctl", "expel");
	stage_wrote("hpc/admin/expel", "1\n");
	stage_wrote("hpc/admin/block", "1\n");
	STAGE_RUN(s, run_old, "mosctl", "-block");
	stage_wrote("hpc/admin/block", "0\n");
	STAGE_RUN(s, run_old, "mosctl", "bring");
	stage_wrote("hpc/admin/bring", "1\n");
	/* And stay there. */
	stage_wrote("hpc/admin/lstay", "1\n");
}

static void test_mosctl_keeps_processes(void **state)
{
	static const char *const names[] = { "stay", "lstay", "quiet" };
	struct stage *s = *state;
	char file[64], undo[16];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(file, sizeof(file), "hpc/admin/%s", names[i]);
		snprintf(undo, sizeof(undo), "no%s", names[i]);
		STAGE_RUN(s, run_old, "mosctl", names[i]);
		assert_int_equal(s->status, TESS_OK);
		stage_wrote(file, "1\n");
		STAGE_RUN(s, run_old, "mosctl", undo);
		assert_int_equal(s->status, TESS_OK);
		stage_wrote(file, "0\n");
	}
}

static void test_numbers_are_set(void **state)
{
	struct stage *s = *state;

	fake_proc_put("hpc/admin/speed", "");
	STAGE_RUN(s, run_old, "mosctl", "setspeed", "700");
	assert_int_equal(s->status, TESS_OK);
	stage_wrote("hpc/admin/speed", "700\n");
	fake_proc_put("hpc/admin/decay", "0\n");
	STAGE_RUN(s, run_old, "mosctl", "getdecay");
	assert_string_equal(s->out, "0\n");
	STAGE_RUN(s, run_old, "mosctl", "setdecay", "61");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "from 0 to 60");
	STAGE_RUN(s, run_old, "mosctl", "setdecay", "9x");
	assert_int_equal(s->status, TESS_USAGE);
	STAGE_RUN(s, run_old, "mosctl", "setdecay");
	assert_int_equal(s->status, TESS_USAGE);
}

static void test_decay_takes_what_openmosix_gave_it(void **state)
{
	struct stage *s = *state;

	fake_proc_put("hpc/admin/decay", "");
	STAGE_RUN(s, run_old, "mosctl", "setdecay", "10", "975", "926");
	assert_int_equal(s->status, TESS_OK);
	stage_wrote("hpc/admin/decay", "10\n");
	stage_says(s->err, "'SLOW FAST' is left out: ");
	STAGE_RUN(s, run_old, "mosctl", "setdecay", "61", "975", "926");
	assert_int_equal(s->status, TESS_USAGE);
	STAGE_RUN(s, run_old, "mosctl", "setdecay", "10", "slow", "926");
	assert_usage(s, "mosctl");
	STAGE_RUN(s, run_old, "mosctl", "setdecay", "10", "975");
	assert_usage(s, "mosctl");
	stage_wrote("hpc/admin/decay", "10\n");
}

static void test_what_has_no_meaning_is_refused_in_words(void **state)
{
	static const char *const requests[] = {
		"mfs", "nomfs", "gettune", "getyard", "setyard",
	};
	static const char *const map[] = { "-w", "-W",	"-c",  "-n",
					   "-p", "-g0", "-off" };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		STAGE_RUN(s, run_old, "mosctl", requests[i]);
		assert_int_equal(s->status, TESS_FAILED);
		stage_says(s->err, requests[i]);
		stage_says(s->err, "is refused: ");
	}
	for (size_t i = 0; i < sizeof(map) / sizeof(*map); i++) {
		STAGE_RUN(s, run_old, "setpe", map[i]);
		assert_int_equal(s->status, TESS_FAILED);
		stage_says(s->err, "is refused: ");
	}
	STAGE_RUN(s, run_old, "mtop", "S");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "'S' is refused: ");
	STAGE_RUN(s, run_old, "mps", "--sortX+pid");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "is refused: ");
}

static void test_setpe_keeps_the_file_when_nobody_answers(void **state)
{
	struct stage *s = *state;
	char path[FAKE_PROC_PATH];

	fake_proc_put("map", "1\taddress\t1\n");
	fake_proc_path(path, "map");
	STAGE_RUN(s, run_old, "setpe", "-r", "-f", path);
	assert_int_equal(s->status, TESS_NO_AGENT);
	stage_wrote("map", "1\taddress\t1\n");
}

/* They end with that there is no terminal, but not before. */
static void test_monitors_take_the_options_they_had(void **state)
{
	static const char *const taken[] = { "-l", "-s", "-m", "-r",
					     "-u", "-d", "-t", "+3" };
	static const char *const left_out[] = { "-w", "-v", "-V", "-a", "-L" };
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		STAGE_RUN(s, run_old, "mosmon", taken[i]);
		assert_int_equal(s->status, TESS_FAILED);
		stage_says(s->err, "is for a terminal");
		assert_null(strstr(s->err, "left out"));
	}
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++) {
		STAGE_RUN(s, run_old, "mosmon", left_out[i]);
		stage_says(s->err, "is left out: ");
		stage_says(s->err, "is for a terminal");
	}
	STAGE_RUN(s, run_old, "mosmon", "-F", "2.4.26", "-l");
	stage_says(s->err, "'-F' is left out: ");
	stage_says(s->err, "is for a terminal");
	STAGE_RUN(s, run_old, "mosmon", "-h");
	assert_int_equal(s->status, TESS_OK);
	stage_says(s->out, "usage: mosmon");
	STAGE_RUN(s, run_old, "mosmon", "-x");
	assert_usage(s, "mosmon");
	STAGE_RUN(s, run_old, "mtop", "-", "d", "0.5", "-qc", "s");
	stage_says(s->err, "is for a terminal");
	STAGE_RUN(s, run_old, "mtop", "i");
	stage_says(s->err, "'i' is left out: ");
	STAGE_RUN(s, run_old, "mtop", "d", "soon");
	assert_usage(s, "mtop");
}

static void test_mosctl_answers_about_nodes(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, run_old, "mosctl", "getload", "3");
	assert_string_equal(s->out, "150\n");
	STAGE_RUN(s, run_old, "mosctl", "status", "4");
	assert_string_equal(s->out, "down\n");
	STAGE_RUN(s, run_old, "mosctl", "isup", "4");
	assert_string_equal(s->out, "no\n");
	assert_int_equal(s->status, TESS_FAILED);
	STAGE_RUN(s, run_old, "mosctl", "isup", "3");
	assert_string_equal(s->out, "yes\n");
	STAGE_RUN(s, run_old, "mosctl", "getmem", "9");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "there is no node 9");
}

static void test_migrate_moves(void **state)
{
	struct stage *s = *state;

	fake_proc_directory("77");
	fake_proc_put("77/goto", "");
	STAGE_RUN(s, run_old, "migrate", "77", "3");
	stage_wrote("77/goto", "3\n");
	fake_proc_put("77/goto", "");
	STAGE_RUN(s, run_old, "migrate", "77", "home");
	stage_wrote("77/goto", "0\n");
}

/* --- mps --- */

static void test_the_pid_is_found_in_any_format(void **state)
{
	static const char longest[] =
		"F   UID     PID    PPID PRI  NI    VSZ   RSS WCHAN  STAT TTY\n";

	assert_int_equal(mps_pid_column("  PID TTY          TIME CMD\n"), 5);
	assert_int_equal(mps_pid_column("USER         PID %CPU\n"), 16);
	assert_int_equal(mps_pid_column(longest), 15);
	assert_true(mps_pid_column("COMMAND PPID\n") < 0);
	assert_true(mps_pid_column("") < 0);
	assert_int_equal(mps_pid("root        1234  0.0\n", 16), 1234);
	assert_int_equal(mps_pid("root\n", 16), 0);
	assert_int_equal(mps_pid("root           x\n", 16), 0);
	/* Behind words with blanks, and where it is the last one. */
	assert_int_equal(mps_pid("sleep 1 2           1234\n", 24), 1234);
	/* Something before it did not fit into its column. */
	assert_int_equal(mps_pid("a-very-long-name   77 a 5\n", 19), 77);
}

static int filter(int argc, char **argv)
{
	char text[] = "USER  PID COMMAND\nyou    77 a  b\nyou    78 c\n";
	FILE *from = fmemopen(text, sizeof(text) - 1, "r");
	int r = mps_filter(from, (enum mps_info)atoi(argv[1]));

	fclose(from);
	return r;
}

static void test_mps_puts_the_place_before_each_line(void **state)
{
	struct stage *s = *state;

	fake_proc_directory("77");
	fake_proc_put("77/where", "3\n");
	fake_proc_put("77/nmigs", "2\n");
	fake_proc_put("77/lock", "1\n");
	fake_proc_put("77/cantmove", "its user locked it\n");
	STAGE_RUN(s, filter, "filter", "0");
	assert_string_equal(s->out, " NODE USER  PID COMMAND\n"
				    "    3 you    77 a  b\n"
				    "    - you    78 c\n");
	STAGE_RUN(s, filter, "filter", "1");
	stage_says(s->out, "    3     2    1 you    77 a  b\n");
	STAGE_RUN(s, filter, "filter", "2");
	stage_says(s->out, "    3     2    1 its user locked it ");
}

static int mps_with_a_ps_that_echoes(int argc, char **argv)
{
	setenv("PATH", proc_root, 1);
	return old_find("mps")->run(argc, argv);
}

static void test_what_ps_says_of_itself_is_left_alone(void **state)
{
	static const char *const words[] = { "--help", "--version", "--info",
					     "-V",     "V",	    "L" };
	struct stage *s = *state;
	char path[FAKE_PROC_PATH];

	fake_proc_put("ps", "#!/bin/sh\necho ps \"$@\"\nexit 3\n");
	fake_proc_path(path, "ps");
	assert_int_equal(chmod(path, 0755), 0);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		STAGE_RUN(s, mps_with_a_ps_that_echoes, "mps", words[i], "x");
		assert_int_equal(s->status, 3);
		stage_says(s->out, words[i]);
		stage_says(s->out, " x\n");
	}
	STAGE_RUN(s, mps_with_a_ps_that_echoes, "mps", "-C", "V");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "no column PID");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_are_found_with_their_directory),
		TEST(test_mosrun_locks_to_home_unless_told),
		TEST(test_mosrun_starts_on_a_node),
		TEST(test_mosrun_needs_its_node_unless_told),
		TEST(test_advice_about_decay_is_left_out_in_words),
		TEST(test_z_gives_the_command_another_name),
		TEST(test_short_forms_are_those_of_mosrun),
		TEST(test_what_was_never_an_option_is_refused),
		TEST(test_a_command_starts_at_one_place),
		TEST(test_runon_takes_a_name),
		TEST(test_mosctl_throws_the_switches_there_are),
		TEST(test_mosctl_keeps_processes),
		TEST(test_numbers_are_set),
		TEST(test_decay_takes_what_openmosix_gave_it),
		TEST(test_what_has_no_meaning_is_refused_in_words),
		TEST(test_setpe_keeps_the_file_when_nobody_answers),
		TEST(test_monitors_take_the_options_they_had),
		TEST(test_mosctl_answers_about_nodes),
		TEST(test_migrate_moves),
		TEST(test_the_pid_is_found_in_any_format),
		TEST(test_mps_puts_the_place_before_each_line),
		TEST(test_what_ps_says_of_itself_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
