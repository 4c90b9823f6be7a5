// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The balancer on a made-up /proc, in a cluster of made-up nodes: the rest of the
 * agent is below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "balance.h"
#include "balancer.h"
#include "fake_proc.h"
#include "proc.h"

#define NOW 100000
#define NODES 3

static struct {
	struct agent agent;
	struct balancer *balancer;
	struct node nodes[NODES]; /* the first is this one */
	uint32_t running;
	uint16_t told; /* the last home that was told of us */
	int64_t now;
} w;

/* --- the rest of the agent --- */

int64_t agent_now(const struct agent *a)
{
	return w.now;
}

uint32_t load_running(const struct load *load)
{
	return w.running;
}

const struct node *members_self(const struct members *m)
{
	return &w.nodes[0];
}

uint16_t members_number(const struct members *m, const struct node *n)
{
	return n->claim.number;
}

size_t members_fresh(const struct members *m, int64_t since,
		     const struct node *ret[], size_t max)
{
	for (size_t i = 1; i < NODES; i++)
		ret[i - 1] = &w.nodes[i];
	return NODES - 1;
}

void members_tell(struct members *m, int64_t now, uint16_t number)
{
	w.told = number;
}

/* --- the world --- */

static int64_t read_number(const char *name)
{
	int64_t number = -1;

	assert_int_equal(proc_read_number(&number, "%s", name), 0);
	return number;
}

static bool file_holds(const char *name, const char *expected)
{
	char text[32];

	return proc_read(text, sizeof(text), "%s", name) >= 0 &&
	       strcmp(text, expected) == 0;
}

static void own(const char *name)
{
	char path[FAKE_PROC_PATH];

	fake_proc_path(path, name);
	assert_int_equal(chown(path, 1000, 1000), 0);
}

/* It has computed for 5 s, and has 16 MiB. */
static void put_stat(int pid, char proc_state)
{
	char name[32], text[256];

	snprintf(name, sizeof(name), "%d/stat", pid);
	snprintf(
		text, sizeof(text),
		"%d (simulate) %c 1 %d 600 0 -1 0 6 7 8 9 500 0 1 2 20 0 1 0 7 "
		"10000000 4096 1 1 2 3\n",
		pid, proc_state, pid);
	fake_proc_put(name, text);
}

static void process(int pid)
{
	char name[32];

	snprintf(name, sizeof(name), "%d", pid);
	fake_proc_directory(name);
	own(name);
	put_stat(pid, 'R');
	snprintf(name, sizeof(name), "%d/where", pid);
	fake_proc_put(name, "0\n");
	snprintf(name, sizeof(name), "%d/lock", pid);
	fake_proc_put(name, "0\n");
	snprintf(name, sizeof(name), "%d/cantmove", pid);
	fake_proc_put(name, "");
	snprintf(name, sizeof(name), "%d/goto", pid);
	fake_proc_put(name, "-1\n");
	own(name);
}

/* What the kernel's refusal is here: no right to write. */
static void forbid(int pid)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%d/goto", proc_root, pid);
	assert_int_equal(chown(path, 0, 0), 0);
}

/* It is being moved by somebody else: a terminal that is in use says the same to
 * who is not root, as long as its ends are open. */
static void make_busy(int pid, int ends[2])
{
	char path[FAKE_PROC_PATH], name[32], terminal[64];

	assert_int_equal(openpty(&ends[0], &ends[1], terminal, NULL, NULL), 0);
	assert_int_equal(chmod(terminal, 0666), 0);
	assert_int_equal(ioctl(ends[1], TIOCEXCL), 0);
	snprintf(name, sizeof(name), "%d/goto", pid);
	fake_proc_path(path, name);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(terminal, path), 0);
}

/* Two processes on one CPU, and two idle nodes. */
static int setup(void **state)
{
	sigset_t child;

	if (geteuid() != 0)
		return 0;
	memset(&w, 0, sizeof(w));
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	fake_proc_new();
	fake_proc_directory("hpc");
	fake_proc_directory("hpc/admin");
	fake_proc_put("hpc/admin/block", "0\n");
	process(700);
	process(701);
	w.now = NOW;
	w.running = 2;
	for (size_t i = 0; i < NODES; i++)
		w.nodes[i] = (struct node){
			.known = true,
			.proved = true,
			.status = NODE_UP,
			.heard = NOW - 500,
			.claim.number = (uint16_t)(i + 1),
			.load = { .cpus = 1,
				  .speed = 1000,
				  .mem_mib = 1024,
				  .free_mib = 800,
				  .room = 8 },
		};
	w.nodes[0].load.load = 200;
	w.nodes[2].load.room = 0;
	/* Handles that nobody looks into. */
	w.agent.kernel = (struct kernel *)(uintptr_t)16;
	w.agent.members = (struct members *)(uintptr_t)16;
	assert_int_equal(sd_event_new(&w.agent.event), 0);
	assert_int_equal(balancer_new(&w.balancer, &w.agent), 0);
	return 0;
}

static int teardown(void **state)
{
	if (geteuid() != 0)
		return 0;
	balancer_free(w.balancer);
	sd_event_unref(w.agent.event);
	fake_proc_free();
	return 0;
}

static size_t moved(void)
{
	return w.agent.counters[COUNTER_BALANCE_MOVED];
}

static size_t refused(void)
{
	return w.agent.counters[COUNTER_BALANCE_REFUSED];
}

/* A second passes, and what was begun in it ends. */
static void second(void)
{
	size_t before = moved() + refused();

	w.now += 1000;
	for (size_t i = 1; i < NODES; i++)
		w.nodes[i].heard = w.now - 500;
	balancer_second(w.balancer, w.now, &w.nodes[0].load);
	for (int i = 0; i < 5 && before == moved() + refused(); i++)
		assert_true(sd_event_run(w.agent.event, 100000) >= 0);
}

static void one_of_two_goes_to_the_idle_node(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_string_equal(w.agent.balance, "on");
	second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("700/goto"), 2);
	assert_int_equal(read_number("701/goto"), -1);
	/* It is there: now all have a CPU. */
	fake_proc_put("700/where", "2\n");
	w.nodes[1].load.load = w.nodes[1].load.guest_load = 100;
	second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("701/goto"), -1);
}

static void what_was_sent_counts_before_it_is_told(void **state)
{
	if (geteuid() != 0)
		skip();
	process(702);
	w.nodes[0].load.load = 300;
	second();
	assert_int_equal(moved(), 1);
	fake_proc_put("700/where", "2\n");
	/* The idle node has not told of it yet, two are left for our CPU. */
	w.nodes[1].heard = NOW;
	w.now = NOW + 1100;
	balancer_second(w.balancer, w.now, &w.nodes[0].load);
	assert_true(sd_event_run(w.agent.event, 0) >= 0);
	assert_int_equal(read_number("701/goto"), -1);
	assert_int_equal(read_number("702/goto"), -1);
}

/* Nobody waits for the next second: what is decided next knows of the move. */
static void one_second_may_see_several_moves(void **state)
{
	if (geteuid() != 0)
		skip();
	process(702);
	process(703);
	w.running = 4;
	w.nodes[0].load.load = 400;
	w.nodes[1].load.cpus = w.nodes[2].load.cpus = 1;
	w.nodes[2].load.room = 8;
	second();
	for (int i = 0; i < 10 && moved() < 2; i++)
		assert_true(sd_event_run(w.agent.event, 100000) >= 0);
	assert_int_equal(moved(), 2);
	assert_int_equal(refused(), 0);
	assert_int_equal(read_number("700/goto") + read_number("701/goto"), 5);
}

static void who_refuses_is_not_asked_again_at_once(void **state)
{
	if (geteuid() != 0)
		skip();
	fake_proc_put("700/cantmove", "it uses io_uring\n");
	fake_proc_put("701/cantmove", "it uses io_uring\n");
	forbid(700);
	second();
	assert_int_equal(refused(), 1);
	second();
	assert_int_equal(refused(), 1);
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("701/goto"), 2);
}

static void a_node_that_refuses_is_left_alone(void **state)
{
	if (geteuid() != 0)
		skip();
	forbid(700);
	forbid(701);
	fake_proc_put("700/cantmove", "the node runs another kernel build\n");
	fake_proc_put("701/cantmove", "the node runs another kernel build\n");
	second();
	assert_int_equal(refused(), 1);
	second();
	assert_int_equal(refused(), 1);
	/* Another one is asked. */
	w.nodes[2].load.room = 8;
	second();
	assert_int_equal(refused(), 2);
}

static void who_is_busy_says_nothing_of_the_node(void **state)
{
	int ends[2];

	if (geteuid() != 0)
		skip();
	make_busy(700, ends);
	/* Of a move before. */
	fake_proc_put("700/cantmove", "the node runs another kernel build\n");
	second();
	assert_int_equal(refused(), 1);
	second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("701/goto"), 2);
	close(ends[0]);
	close(ends[1]);
}

static void put_rules(int pid, const char *rules)
{
	char name[32], text[64];
	int n = snprintf(text, sizeof(text), "TESSERA_RULES=%s", rules);

	snprintf(name, sizeof(name), "%d/environ", pid);
	fake_proc_put_bytes(name, text, (size_t)n + 1);
}

/* Another program of the same name has another environment. */
static void who_became_another_program_is_asked_again(void **state)
{
	if (geteuid() != 0)
		skip();
	w.nodes[1].load.room = 0;
	second();
	assert_int_equal(moved() + refused(), 0);
	w.nodes[1].load.room = 8;
	put_rules(700, "home");
	put_rules(701, "level=v2");
	/* None goes by the rules of the program before. */
	second();
	second();
	assert_int_equal(moved() + refused(), 0);
	second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("700/goto"), -1);
	assert_true(file_holds("701/goto", "2 v2\n"));
}

static void the_best_node_is_told_of_anybody(void **state)
{
	uint16_t best = 77;

	if (geteuid() != 0)
		skip();
	/* Nobody has looked at processes yet. */
	assert_int_equal(balancer_best(w.balancer, w.now, 701, &best), 0);
	assert_int_equal(best, 0);
	process(702);
	w.nodes[0].load.load = 300;
	second();
	assert_int_equal(read_number("700/goto"), 2);
	/* Two are left, and one was sent to the second node. */
	assert_int_equal(balancer_best(w.balancer, w.now, 701, &best), 0);
	assert_int_equal(best, 0);
	w.nodes[2].load.room = 8;
	assert_int_equal(balancer_best(w.balancer, w.now, 701, &best), 0);
	assert_int_equal(best, 3);
	assert_int_equal(balancer_best(w.balancer, w.now, 99, &best), -ESRCH);
	w.agent.members = NULL;
	assert_int_equal(balancer_best(w.balancer, w.now, 700, &best),
			 -ENOTCONN);
}

static void another_build_is_not_even_asked(void **state)
{
	if (geteuid() != 0)
		skip();
	w.nodes[1].info.build[0] = 1;
	second();
	assert_int_equal(moved() + refused(), 0);
}

static void an_idle_node_does_not_look(void **state)
{
	if (geteuid() != 0)
		skip();
	w.nodes[0].load.load = 20;
	second();
	assert_int_equal(moved() + refused(), 0);
}

/* What swaps waits for its disk, and does not want a CPU. */
static void memory_that_is_short_is_looked_after_though_all_sleep(void **state)
{
	if (geteuid() != 0)
		skip();
	put_stat(700, 'D');
	put_stat(701, 'S');
	fake_proc_put("701/lock", "1\n");
	w.nodes[0].load.load = 0;
	w.running = 0;
	second();
	assert_int_equal(moved() + refused(), 0);
	w.nodes[0].load.free_mib = 40;
	second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("700/goto"), 2);
	assert_int_equal(read_number("701/goto"), -1);
}

static void an_idle_home_hears_the_host_of_who_was_sent_by_hand(void **state)
{
	if (geteuid() != 0)
		skip();
	w.nodes[0].load.load = 0;
	w.running = 0;
	put_stat(700, 'S');
	put_stat(701, 'S');
	w.nodes[1].load.leave = true;
	second();
	assert_int_equal(moved() + refused(), 0);
	fake_proc_put("700/where", "2\n");
	for (int i = 0; i < 20 && !moved(); i++)
		second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("700/goto"), 0);
	assert_in_range(w.now, NOW + BALANCE_ASKED_MS,
			NOW + BALANCE_ASKED_MS + 2000);
}

static void what_root_switched_on_is_obeyed(void **state)
{
	static const char *const keep[] = { "hpc/admin/stay", "hpc/admin/lstay",
					    "hpc/admin/quiet" };

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(keep) / sizeof(*keep); i++) {
		fake_proc_put(keep[i], "1\n");
		second();
		assert_int_equal(moved() + refused(), 0);
		fake_proc_put(keep[i], "0\n");
	}
	second();
	assert_int_equal(moved(), 1);
}

/* With lstay who is away may still come, with stay nobody moves. */
static void who_is_away_may_come_though_own_stay(void **state)
{
	if (geteuid() != 0)
		skip();
	fake_proc_put("700/where", "2\n");
	w.nodes[1].load.leave = true;
	fake_proc_put("hpc/admin/stay", "1\n");
	second();
	assert_int_equal(moved() + refused(), 0);
	fake_proc_put("hpc/admin/stay", "0\n");
	fake_proc_put("hpc/admin/lstay", "1\n");
	second();
	assert_int_equal(moved(), 1);
	assert_int_equal(read_number("700/goto"), 0);
}

static void a_host_tells_what_it_takes(void **state)
{
	struct node_load load = w.nodes[0].load;

	if (geteuid() != 0)
		skip();
	balancer_host(w.balancer, &load);
	assert_int_equal(load.room, 8);
	assert_int_equal(load.guest_share, 50);
	fake_proc_put("hpc/admin/block", "1\n");
	balancer_host(w.balancer, &load);
	assert_int_equal(load.room, 0);
	assert_false(load.leave);
	fake_proc_put("hpc/admin/block", "0\n");
	fake_proc_put("hpc/admin/quiet", "1\n");
	balancer_host(w.balancer, &load);
	assert_int_equal(load.room, 0);
	fake_proc_put("hpc/admin/quiet", "0\n");
	load.guests = 2;
	load.free_mib = 20;
	balancer_host(w.balancer, &load);
	assert_int_equal(load.room, 0);
	assert_true(load.leave);
}

static void homes_are_told_one_after_the_other(void **state)
{
	struct guest guests[] = { { .pid = 1, .home = 7 },
				  { .pid = 2, .home = 9 } };
	uint16_t first;

	if (geteuid() != 0)
		skip();
	w.nodes[0].load.load = 0;
	second();
	assert_int_equal(w.told, 0);
	w.agent.guests.list = guests;
	w.agent.guests.count = 2;
	second();
	first = w.told;
	second();
	assert_int_equal(first + w.told, 16);
	assert_int_not_equal(first, w.told);
}

int main(void)
{
#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WORLD_TEST(one_of_two_goes_to_the_idle_node),
		WORLD_TEST(what_was_sent_counts_before_it_is_told),
		WORLD_TEST(one_second_may_see_several_moves),
		WORLD_TEST(who_refuses_is_not_asked_again_at_once),
		WORLD_TEST(a_node_that_refuses_is_left_alone),
		WORLD_TEST(who_is_busy_says_nothing_of_the_node),
		WORLD_TEST(who_became_another_program_is_asked_again),
		WORLD_TEST(the_best_node_is_told_of_anybody),
		WORLD_TEST(another_build_is_not_even_asked),
		WORLD_TEST(an_idle_node_does_not_look),
		WORLD_TEST(
			memory_that_is_short_is_looked_after_though_all_sleep),
		WORLD_TEST(an_idle_home_hears_the_host_of_who_was_sent_by_hand),
		WORLD_TEST(what_root_switched_on_is_obeyed),
		WORLD_TEST(who_is_away_may_come_though_own_stay),
		WORLD_TEST(a_host_tells_what_it_takes),
		WORLD_TEST(homes_are_told_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
