// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top on a terminal, with a directory that plays /proc: what it reads
 * there, shows, and does when keys are typed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_proc.h"
#include "proc.h"
#include "stage.h"
#include "terminal.h"
#include "top.h"
#include "top_run.h"
#include "top_source.h"

#define WITHIN_MS 20000
#define REST " 1 2 3 4 5 4194304 6 7 8 9 800 200 1 2 20 5 1 0 9000 1 512 1 2\n"

struct terminal {
	int fd;
	pid_t pid;
	char said[1 << 16]; /* all that came from it */
	size_t len;
};

static int setup(void **state)
{
	int r = stage_setup(state);

	if (r < 0)
		return r;
	fake_proc_directory("hpc");
	fake_proc_put("hpc/guests", "77 3 812 a-guest\n");
	fake_proc_directory("77");
	fake_proc_put("77/stat", "77 (a-guest) R" REST);
	fake_proc_put("77/cantmove", "it is a guest here\n");
	fake_proc_directory("2213");
	fake_proc_put("2213/stat", "2213 (simulate) S" REST);
	fake_proc_put("2213/cmdline", "./simulate");
	fake_proc_put("2213/where", "0\n");
	fake_proc_put("2213/lock", "0\n");
	fake_proc_put("2213/cantmove", "");
	fake_proc_put("2213/goto", "");
	fake_proc_directory("2");
	fake_proc_put(
		"2/stat",
		"2 (kthreadd) S 1 2 3 4 5 4194304 6 7 8 9 0 0 1 2 20 0 1 0 "
		"9000 0 0 1 2\n");
	fake_proc_put("2/cantmove", "it is a kernel thread\n");
	return 0;
}

/* --- what is read --- */

static const struct top_process *find(const struct top *top, pid_t pid)
{
	for (size_t i = 0; i < top->n_processes; i++)
		if (top->processes[i].pid == pid)
			return &top->processes[i];
	return NULL;
}

static void test_processes_are_read(void **state)
{
	const struct top_process *p;
	struct top top;

	top_init(&top, geteuid());
	top_read_processes(&top, 0);
	assert_int_equal(top.n_processes, 2);
	assert_null(find(&top, 2));
	p = find(&top, 77);
	assert_non_null(p);
	assert_true(p->guest);
	assert_int_equal(p->home, 3);
	p = find(&top, 2213);
	assert_non_null(p);
	assert_true(p->movable);
	assert_string_equal(p->command, "./simulate");
	assert_int_equal(p->state, 'S');
	assert_true(p->cpu < 0);
	fake_proc_put("2213/stat",
		      "2213 (simulate) S 1 2 3 4 5 4194304 6 7 8 9 "
		      "900 200 1 2 20 5 1 0 9000 1 512 1 2\n");
	fake_proc_put("2213/where", "4\n");
	fake_proc_put("2213/cantmove", "there is no such node\n");
	top_read_processes(&top, 2);
	p = find(&top, 2213);
	assert_int_equal(p->at, 4);
	assert_true(p->movable);
	assert_int_equal((int)p->cpu, 100 * 100 / sysconf(_SC_CLK_TCK) / 2);
	top_finish(&top);
}

static void test_nodes_are_asked_for_one_answer_at_a_time(void **state)
{
	static const char question[] = "{\"cmd\":\"nodes\"}\n";
	static const char answer[] = "{\"nodes\":[]}\n";
	struct follower f = { .fd = -1 };
	json_t *nodes = NULL;
	char text[128];
	int ends[2];

	follower_ask(&f);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	f.fd = ends[0];
	for (int i = 0; i < 2; i++) {
		follower_ask(&f);
		follower_ask(&f);
		assert_int_equal(read(ends[1], text, sizeof(text)),
				 sizeof(question) - 1);
		assert_memory_equal(text, question, sizeof(question) - 1);
		assert_int_equal(write(ends[1], answer, sizeof(answer) - 1),
				 sizeof(answer) - 1);
		assert_int_equal(follower_read(&f, &nodes), 1);
		json_decref(nodes);
	}
	close(ends[1]);
	follower_ask(&f);
	assert_int_equal(f.fd, -1);
}

/* --- on a terminal --- */

static void start(struct terminal *t, unsigned short rows,
		  unsigned short columns, const char *type)
{
	const struct winsize size = { .ws_row = rows, .ws_col = columns };
	const struct top_options options = { .delay_ms = TOP_DELAY_MIN_MS };

	fflush(NULL);
	t->len = 0;
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	assert_true(t->pid >= 0);
	if (t->pid == 0) {
		setenv("TERM", type, 1);
		_exit(top_run(&options));
	}
}

/* Reads until a condition holds; what is never true fails in the end. */
static void wait_until(struct terminal *t,
		       bool (*holds)(struct terminal *t, const char *what),
		       const char *what)
{
	int left = WITHIN_MS;

	while (!holds(t, what)) {
		struct pollfd p = { .fd = t->fd, .events = POLLIN };
		ssize_t n = 0;

		if (left <= 0)
			kill(t->pid, SIGKILL);
		if (left <= 0)
			fail_msg("'%s' did not happen; it said '%.*s'", what,
				 (int)t->len, t->said);
		if (poll(&p, 1, 50) > 0)
			n = read(t->fd, t->said + t->len,
				 sizeof(t->said) - 1 - t->len);
		else
			left -= 50;
		if (n > 0)
			t->len += (size_t)n;
		if (t->len > sizeof(t->said) / 2)
			t->len = 0; /* who waits has not seen it so far */
		t->said[t->len] = '\0';
	}
}

static bool has_said(struct terminal *t, const char *what)
{
	return strstr(t->said, what) != NULL;
}

static bool file_holds(const char *file, const char *expected)
{
	char text[64];

	return proc_read(text, sizeof(text), "%s", file) >= 0 &&
	       strcmp(text, expected) == 0;
}

static bool goes_to(struct terminal *t, const char *node)
{
	return file_holds("2213/goto", node);
}

static bool is_locked(struct terminal *t, const char *locked)
{
	return file_holds("2213/lock", locked);
}

static void type(const struct terminal *t, const char *keys)
{
	assert_int_equal(write(t->fd, keys, strlen(keys)), strlen(keys));
}

static bool has_ended(struct terminal *t, const char *what)
{
	int status;

	if (waitpid(t->pid, &status, WNOHANG) != t->pid)
		return false;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), TESS_OK);
	return true;
}

static void leave(struct terminal *t)
{
	type(t, "q");
	wait_until(t, has_ended, "its end");
	close(t->fd);
}

static void drive(unsigned short rows, unsigned short columns, const char *term)
{
	struct terminal *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	start(t, rows, columns, term);
	wait_until(t, has_said, "./simulate");
	wait_until(t, has_said, "a-guest");
	wait_until(t, has_said, "q quit");
	/* Nothing is used of a CPU: the lower PID, the guest, comes first. */
	type(t, "o");
	type(t, "o\033[B\033OB");
	type(t, "m4\n");
	wait_until(t, goes_to, "4\n");
	wait_until(t, has_said, "is at node 4");
	type(t, "l");
	wait_until(t, is_locked, "1\n");
	wait_until(t, has_said, "stays where it is");
	type(t, "l");
	wait_until(t, is_locked, "0\n");
	fake_proc_put("2213/goto", "");
	type(t, "b");
	wait_until(t, goes_to, "0\n");
	wait_until(t, has_said, "is at home");
	leave(t);
	free(t);
	fake_proc_put("2213/goto", "");
}

static void test_keys_move_and_lock_at_80x24(void **state)
{
	drive(24, 80, "xterm-256color");
}

static void test_keys_move_and_lock_at_200x60(void **state)
{
	drive(60, 200, "linux");
}

static void test_a_terminal_without_colours_will_do(void **state)
{
	drive(24, 80, "vt100");
}

static void test_another_size_is_another_picture(void **state)
{
	const struct winsize small = { .ws_row = 9, .ws_col = 40 };
	const struct winsize large = { .ws_row = 30, .ws_col = 100 };
	struct terminal *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	start(t, 24, 80, "xterm");
	wait_until(t, has_said, "q quit");
	assert_int_equal(ioctl(t->fd, TIOCSWINSZ, &small), 0);
	wait_until(t, has_said, "at least");
	t->len = 0;
	assert_int_equal(ioctl(t->fd, TIOCSWINSZ, &large), 0);
	wait_until(t, has_said, "./simulate");
	leave(t);
	free(t);
}

static void test_keys_that_send_signals_leave_as_q_does(void **state)
{
	static const char *const keys[] = { "\003", "\034" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct terminal *t = calloc(1, sizeof(*t));

		assert_non_null(t);
		start(t, 24, 80, "xterm");
		wait_until(t, has_said, "q quit");
		type(t, keys[i]);
		wait_until(t, has_ended, "its end");
		close(t->fd);
		free(t);
	}
}

/* A file that takes as long as somebody reads it. */
static void test_a_move_goes_on_when_it_is_left(void **state)
{
	struct terminal *t = calloc(1, sizeof(*t));
	struct pollfd p = { .events = POLLIN };
	char path[FAKE_PROC_PATH], text[8] = "";

	assert_non_null(t);
	fake_proc_path(path, "2213/goto");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	start(t, 24, 80, "xterm");
	wait_until(t, has_said, "./simulate");
	type(t, "\033[B\033OB");
	type(t, "m4\n");
	wait_until(t, has_said, "PID 2213 goes to 4");
	type(t, "\003");
	wait_until(t, has_ended, "its end");
	close(t->fd);
	p.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(p.fd >= 0);
	assert_int_equal(poll(&p, 1, WITHIN_MS), 1);
	assert_int_equal(read(p.fd, text, sizeof(text) - 1), 2);
	assert_string_equal(text, "4\n");
	close(p.fd);
	while (wait(NULL) > 0)
		;
	free(t);
}

static int top_without_terminal(int argc, char **argv)
{
	const struct top_options options = { .delay_ms = TOP_DELAY_MS };

	return top_run(&options);
}

static void test_without_a_terminal_it_says_so(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, top_without_terminal, "top");
	assert_int_equal(s->status, TESS_FAILED);
	stage_says(s->err, "is for a terminal");
}

static int tess_top(int argc, char **argv)
{
	static const struct tess_command self = { .name = "top",
						  .usage = "tess top" };

	return cmd_top(&self, argc, argv, false);
}

static void test_wrong_options_are_named(void **state)
{
	struct stage *s = *state;

	STAGE_RUN(s, tess_top, "top", "-d", "abc");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "'-d abc' makes no sense");
	STAGE_RUN(s, tess_top, "top", "-w", "--delay");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "'--delay' needs a value");
	STAGE_RUN(s, tess_top, "top", "-x");
	assert_int_equal(s->status, TESS_USAGE);
	stage_says(s->err, "does not take '-x'");
}

static void test_delays_are_seconds(void **state)
{
	int ms = 0;

	assert_int_equal(top_delay_parse(&ms, "1.5"), 0);
	assert_int_equal(ms, 1500);
	assert_int_equal(top_delay_parse(&ms, "0"), 0);
	assert_int_equal(ms, TOP_DELAY_MIN_MS);
	assert_int_equal(top_delay_parse(&ms, "-1"), -EINVAL);
	assert_int_equal(top_delay_parse(&ms, "nan"), -EINVAL);
	assert_int_equal(top_delay_parse(&ms, "1s"), -EINVAL);
	assert_int_equal(top_delay_parse(&ms, ""), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_processes_are_read),
		TEST(test_nodes_are_asked_for_one_answer_at_a_time),
		TEST(test_keys_move_and_lock_at_80x24),
		TEST(test_keys_move_and_lock_at_200x60),
		TEST(test_a_terminal_without_colours_will_do),
		TEST(test_another_size_is_another_picture),
		TEST(test_keys_that_send_signals_leave_as_q_does),
		TEST(test_a_move_goes_on_when_it_is_left),
		TEST(test_without_a_terminal_it_says_so),
		TEST(test_wrong_options_are_named),
		TEST(test_delays_are_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
