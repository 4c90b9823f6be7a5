// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The load measure: its parsers, and what a made-up /proc gives.
 */
#include <errno.h>
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

#include "load.h"

#define STAT                                                \
	"cpu  100 20 30 800 40 5 5 0 7 7\n"                 \
	"cpu0 100 20 30 800 40 5 5 0 7 7\n"                 \
	"intr 12345 0 9 0\nctxt 99\nbtime 1\nprocesses 7\n" \
	"procs_running 3\nprocs_blocked 0\nsoftirq 1 2 3\n"
#define MEMINFO                                              \
	"MemTotal:        1017856 kB\nMemFree:  500000 kB\n" \
	"MemAvailable:     786432 kB\nBuffers: 1 kB\n"

static int parse_stat(const char *text, uint64_t *busy, uint64_t *total,
		      uint32_t *running)
{
	return load_parse_stat(text, strlen(text), busy, total, running);
}

static void test_stat_counts_all_but_idle_as_busy(void **state)
{
	uint64_t busy, total;
	uint32_t running;

	assert_int_equal(parse_stat(STAT, &busy, &total, &running), 0);
	assert_int_equal(total, 1000);
	assert_int_equal(busy, 160);
	assert_int_equal(running, 3);
}

static void test_stat_refuses_what_is_not_stat(void **state)
{
	static const char *const bad[] = {
		"",
		"cpu",
		"cpu ",
		"cpu  1 2 3 4 5 6 7 8\n",
		"cpu  1 2 3 4 5 6 7\nprocs_running 1\n",
		"cpu  1 2 x 4 5 6 7 8\nprocs_running 1\n",
		"cpu  1 2 -3 4 5 6 7 8\nprocs_running 1\n",
		"cpu  1 2 3 4 5 6 7 8\nprocs_running \n",
		"cpu  1 2 3 4 5 6 7 8\nprocs_running 4294967296\n",
		"cpu  1 2 3 4 5 6 7 99999999999999999999\nprocs_running 1\n",
		"cpu  1 2 3 4 5 6 1 18446744073709551615\nprocs_running 1\n",
	};
	uint64_t busy = 7, total = 7;
	uint32_t running = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(parse_stat(bad[i], &busy, &total, &running),
				 -EINVAL);
	assert_true(busy == 7 && total == 7 && running == 7);
}

static void test_meminfo(void **state)
{
	uint64_t total, available;

	assert_int_equal(load_parse_meminfo(MEMINFO, strlen(MEMINFO), &total,
					    &available),
			 0);
	assert_int_equal(total, 1017856);
	assert_int_equal(available, 786432);
}

static void test_meminfo_refuses_what_cannot_be(void **state)
{
	static const char *const bad[] = {
		"",
		"MemTotal: 5 kB\n",
		"MemTotal: kB\nMemAvailable: 1 kB\n",
		"MemTotal: 5 kB\nMemAvailable: 6 kB\n",
	};
	uint64_t total, available;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(load_parse_meminfo(bad[i], strlen(bad[i]),
						    &total, &available),
				 -EINVAL);
}

static void test_pressure_is_the_share_of_some_in_10_s(void **state)
{
	static const char text[] =
		"some avg10=12.34 avg60=1.00 avg300=0.00 total=1\n"
		"full avg10=99.00 avg60=0.00 avg300=0.00 total=0\n";
	uint16_t pressure = 7;

	assert_int_equal(load_parse_pressure(text, strlen(text), &pressure), 0);
	assert_int_equal(pressure, 123);
	assert_int_equal(
		load_parse_pressure("some avg10=100.00\n", 18, &pressure), 0);
	assert_int_equal(pressure, 1000);
	assert_int_equal(load_parse_pressure("some avg10=0", 12, &pressure), 0);
	assert_int_equal(pressure, 0);
}

static void test_pressure_refuses_what_cannot_be(void **state)
{
	static const char *const bad[] = { "",
					   "full avg10=1.00\n",
					   "some avg60=1.00\n",
					   "some avg10=-1.00\n",
					   "some avg10=100.10\n",
					   "some avg10=99999999999999\n" };
	uint16_t pressure = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(load_parse_pressure(bad[i], strlen(bad[i]),
						     &pressure),
				 -EINVAL);
	assert_int_equal(pressure, 7);
}

struct machine {
	char root[32];
	struct load *load;
	struct guests_measure guests;
};

static void machine_write(struct machine *m, const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/%s", m->root, name);
	f = fopen(path, "w"); /* the same file: the measure has it open */
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void machine_busy(struct machine *m, int busy, int idle, int running)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "cpu  %d 0 0 %d 0 0 0 0\nprocs_running %d\n", busy, idle,
		 running);
	machine_write(m, "stat", text);
}

static int machine_setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	char path[64];

	assert_non_null(m);
	strcpy(m->root, "/tmp/test-load-XXXXXX");
	assert_non_null(mkdtemp(m->root));
	snprintf(path, sizeof(path), "%s/proc", m->root);
	assert_int_equal(mkdir(path, 0700), 0);
	machine_busy(m, 1000, 1000, 1);
	machine_write(m, "meminfo", MEMINFO);
	assert_int_equal(load_new(&m->load, m->root), 0);
	*state = m;
	return 0;
}

static int machine_teardown(void **state)
{
	static const char *const names[] = { "/proc/stat", "/proc/meminfo",
					     "/proc", "" };
	struct machine *m = *state;
	char path[64];

	load_free(m->load);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s%s", m->root, names[i]);
		assert_int_equal(remove(path), 0);
	}
	free(m);
	return 0;
}

static struct node_load measure(struct machine *m, int64_t now)
{
	struct node_load load = { 0 };

	assert_int_equal(load_measure(m->load, now, &m->guests, &load), 0);
	return load;
}

static void test_memory_is_in_mib(void **state)
{
	struct node_load load = measure(*state, 1000);

	assert_int_equal(load.mem_mib, 994);
	assert_int_equal(load.free_mib, 768);
	assert_true(load.cpus >= 1);
}

static void test_util_is_the_share_since_the_last_measure(void **state)
{
	struct machine *m = *state;

	measure(m, 1000);
	machine_busy(m, 1025, 1075, 1);
	assert_int_equal(measure(m, 2000).util, 250);
	machine_busy(m, 1125, 1075, 1);
	assert_int_equal(measure(m, 3000).util, 1000);
}

static void test_util_stays_when_times_step_back(void **state)
{
	struct machine *m = *state;

	measure(m, 1000);
	machine_busy(m, 1050, 1050, 1);
	assert_int_equal(measure(m, 2000).util, 500);
	machine_busy(m, 1049, 1060, 1);
	assert_int_equal(measure(m, 3000).util, 500);
}

static void test_the_agent_itself_is_no_load(void **state)
{
	struct machine *m = *state;

	machine_busy(m, 1, 100000, 1);
	for (int i = 1; i < 20; i++)
		assert_int_equal(measure(m, i * 1000).load, 0);
}

static void test_load_settles_at_the_run_queue(void **state)
{
	struct machine *m = *state;
	uint32_t after_5s, after_60s = 0;

	measure(m, 1000);
	machine_busy(m, 2000, 1000, 3);
	for (int i = 2; i <= 6; i++)
		after_5s = measure(m, i * 1000).load;
	for (int i = 7; i <= 61; i++)
		after_60s = measure(m, i * 1000).load;
	assert_in_range(after_5s, 100, 150);
	assert_int_equal(after_60s, 200);
}

static void test_load_settles_sooner_with_a_shorter_decay(void **state)
{
	struct machine *m = *state;
	uint32_t after_5s = 0;

	measure(m, 1000);
	load_set_decay(m->load, 1000);
	machine_busy(m, 2000, 1000, 3);
	for (int i = 2; i <= 6; i++)
		after_5s = measure(m, i * 1000).load;
	assert_in_range(after_5s, 180, 200);
}

static void test_guests_are_a_part_of_the_load(void **state)
{
	struct machine *m = *state;
	struct node_load load;

	/* Two of our own, three guests, and the agent. */
	machine_busy(m, 1000, 1000, 6);
	m->guests = (struct guests_measure){ 4, 3, 300, 0 };
	load = measure(m, 1000);
	for (int i = 2; i < 60; i++)
		load = measure(m, i * 1000);
	assert_int_equal(load.guests, 4);
	assert_int_equal(load.guest_load, 300);
	assert_in_range(load.load, 495, 500);
	/* They leave at once, and with them their part of it. */
	machine_busy(m, 2000, 1000, 3);
	m->guests = (struct guests_measure){ 0 };
	assert_in_range(measure(m, 61000).load, 195, 205);
}

/* A second in which so much of all CPUs was used, per cent. */
static struct node_load measure_busy(struct machine *m, int second, int *busy,
				     int percent, int running)
{
	*busy += percent;
	machine_busy(m, 1000 + *busy, 1000 + second * 100 - *busy, running);
	return measure(m, second * 1000);
}

/* Whatever wakes with the clock is there in each look. */
static void test_what_only_wakes_with_the_clock_is_hardly_a_load(void **state)
{
	struct machine *m = *state;
	struct node_load load;
	int busy = 0;

	for (int s = 1; s < 60; s++)
		load = measure_busy(m, s, &busy, 3, 4);
	assert_in_range(load.load, 0, 5 * load.cpus);
	assert_int_not_equal(load.load, 0);
	/* Nor beside guests that use the rest. */
	m->guests =
		(struct guests_measure){ 1, 1, 100, (uint32_t)load.cpus * 97 };
	for (int s = 60; s < 120; s++)
		load = measure_busy(m, s, &busy, 100, 5);
	assert_in_range(load.load, 100, 100 + 5 * load.cpus);
}

static void test_who_wants_all_cpus_counts_whole_beside_guests(void **state)
{
	struct machine *m = *state;
	struct node_load load = measure(m, 0);
	int busy = 0;

	m->guests =
		(struct guests_measure){ 2, 2, 200, (uint32_t)load.cpus * 33 };
	for (int s = 1; s < 60; s++)
		load = measure_busy(m, s, &busy, 100, 4 * load.cpus + 3);
	assert_in_range(load.load, 200 + 395 * load.cpus,
			200 + 400 * load.cpus);
}

static void test_without_a_measure_there_is_no_pressure(void **state)
{
	assert_int_equal(measure(*state, 1000).pressure, 0);
}

static void test_two_measures_at_once_change_nothing(void **state)
{
	struct machine *m = *state;
	struct node_load first, second;

	measure(m, 1000);
	machine_busy(m, 1050, 1050, 3);
	first = measure(m, 2000);
	machine_busy(m, 9000, 1050, 9);
	second = measure(m, 2010);
	assert_int_equal(first.util, second.util);
	assert_int_equal(first.load, second.load);
}

static void test_a_stat_larger_than_the_buffer_is_read_whole(void **state)
{
	struct machine *m = *state;
	size_t size = 100000;
	char *text = malloc(size);

	assert_non_null(text);
	strcpy(text, "cpu  1 0 0 1 0 0 0 0\nintr ");
	memset(text + strlen(text), '0', size - 100);
	strcpy(text + size - 100, "\nprocs_running 1\n");
	machine_write(m, "stat", text);
	measure(m, 1000);
	free(text);
}

static void test_missing_files_are_an_error(void **state)
{
	struct load *load;

	assert_int_equal(load_new(&load, "/nonexistent"), -ENOENT);
}

static void test_speed_is_found_quickly(void **state)
{
	assert_in_range(load_speed(false), 1, 1000000);
	assert_in_range(load_speed(true), 1, 1000000);
}

int main(void)
{
#define MACHINE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, machine_setup, machine_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat_counts_all_but_idle_as_busy),
		cmocka_unit_test(test_stat_refuses_what_is_not_stat),
		cmocka_unit_test(test_meminfo),
		cmocka_unit_test(test_meminfo_refuses_what_cannot_be),
		cmocka_unit_test(test_pressure_is_the_share_of_some_in_10_s),
		cmocka_unit_test(test_pressure_refuses_what_cannot_be),
		MACHINE_TEST(test_memory_is_in_mib),
		MACHINE_TEST(test_util_is_the_share_since_the_last_measure),
		MACHINE_TEST(test_util_stays_when_times_step_back),
		MACHINE_TEST(test_the_agent_itself_is_no_load),
		MACHINE_TEST(test_load_settles_at_the_run_queue),
		MACHINE_TEST(test_load_settles_sooner_with_a_shorter_decay),
		MACHINE_TEST(test_guests_are_a_part_of_the_load),
		MACHINE_TEST(
			test_what_only_wakes_with_the_clock_is_hardly_a_load),
		MACHINE_TEST(
			test_who_wants_all_cpus_counts_whole_beside_guests),
		MACHINE_TEST(test_without_a_measure_there_is_no_pressure),
		MACHINE_TEST(test_two_measures_at_once_change_nothing),
		MACHINE_TEST(test_a_stat_larger_than_the_buffer_is_read_whole),
		cmocka_unit_test(test_missing_files_are_an_error),
		cmocka_unit_test(test_speed_is_found_quickly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
