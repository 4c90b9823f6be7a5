// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * freeze MIB THREADS PAUSE_US [alone]: look at the clock all the time, or after
 * each pause, in so many threads that have so much memory, until SIGTERM. Says
 * the longest time in which one of them saw nothing, in nanoseconds, and the
 * same as home's clock tells it: a clock that is read by a forwarded call, so
 * that it contains this call, and nothing that two machines' clocks disagree on.
 *
 * alone: keeps no descriptor of whoever started it, so that CRIU can dump it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/timerfd.h>

#include "bench.h"

#define FAR_S 100000

static volatile sig_atomic_t over;
static int64_t pause_ns;
static int home_clock;

struct watcher {
	pthread_t thread;
	int64_t gap, home_gap;
};

static void end(int signal)
{
	(void)signal;
	over = true;
}

/* A timer that was set at home runs there, whoever asks for the rest. */
static void home_clock_start(void)
{
	struct itimerspec far = { .it_value.tv_sec = FAR_S };

	home_clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (home_clock < 0 || timerfd_settime(home_clock, 0, &far, NULL) < 0)
		err(1, "timerfd");
}

static int64_t home_now(void)
{
	struct itimerspec rest;

	if (timerfd_gettime(home_clock, &rest) < 0)
		err(1, "timerfd_gettime");
	return FAR_S * NS_PER_S -
	       (rest.it_value.tv_sec * NS_PER_S + rest.it_value.tv_nsec);
}

static void *watch(void *argument)
{
	struct watcher *watcher = argument;
	int64_t last, at, home_begun;

	/* The two clocks differ by a constant as long as we are at home. */
	home_begun = now() - home_now();
	last = now();
	while (!over) {
		if (pause_ns)
			rest(pause_ns);
		at = now();
		if (at - last > watcher->gap) {
			watcher->gap = at - last;
			watcher->home_gap = home_now() + home_begun - last;
			at = now();
		}
		last = at;
	}
	return NULL;
}

static void stand_alone(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0)
		err(1, "/dev/null");
	close(null);
	setsid();
}

int main(int argc, char **argv)
{
	const struct sigaction on_term = { .sa_handler = end,
					   .sa_flags = SA_RESTART };
	struct watcher *watchers, *longest;
	unsigned long threads, i;
	pthread_attr_t small;

	if (argc < 4)
		errx(2, "usage: freeze MIB THREADS PAUSE_US [alone]");
	threads = number(argv[2]);
	pause_ns = number(argv[3]) * 1000;
	filled(number(argv[1]) * MIB);
	watchers = calloc(threads, sizeof(*watchers));
	if (!watchers || !threads)
		errx(1, "no threads");
	sigaction(SIGTERM, &on_term, NULL);
	home_clock_start();
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 128 * 1024);
	for (i = 1; i < threads; i++) {
		if (pthread_create(&watchers[i].thread, &small, watch,
				   &watchers[i]))
			errx(1, "thread %lu cannot be made", i);
	}
	say_ready();
	if (argc > 4)
		stand_alone();
	watch(&watchers[0]);
	longest = &watchers[0];
	for (i = 1; i < threads; i++) {
		pthread_join(watchers[i].thread, NULL);
		if (watchers[i].gap > longest->gap)
			longest = &watchers[i];
	}
	printf("%lld %lld\n", (long long)longest->gap,
	       (long long)longest->home_gap);
	return 0;
}
