// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * getrusage() and times() count on from where they were, and count what is
 * computed, touched and waited for away from home.
 */
#include <sys/resource.h>
#include <sys/times.h>

#include "harness.h"

static int64_t user_time(int who)
{
	struct rusage usage;

	CHECK_EQ(getrusage(who, &usage), 0);
	return usage.ru_utime.tv_sec * 1000 * MS +
	       usage.ru_utime.tv_usec * 1000;
}

/* Each of them only grows. */
static void look(struct rusage *last)
{
	struct rusage now;

	CHECK_EQ(getrusage(RUSAGE_SELF, &now), 0);
	CHECK(now.ru_maxrss >= last->ru_maxrss);
	CHECK(now.ru_minflt >= last->ru_minflt);
	CHECK(now.ru_majflt >= last->ru_majflt);
	CHECK(now.ru_nvcsw >= last->ru_nvcsw);
	CHECK(now.ru_nivcsw >= last->ru_nivcsw);
	*last = now;
}

/* So many pages that nobody had, and so many waits, long enough to be one. */
#define MANY 30
static void fault_and_wait(void)
{
	char *p = mmap(NULL, MANY * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	CHECK(p != MAP_FAILED);
	for (i = 0; i < MANY; i++) {
		p[i * PAGE] = 1;
		rest_ms(20);
	}
	CHECK_EQ(munmap(p, MANY * PAGE), 0);
}

int main(void)
{
	struct rusage usage = {}, before;
	int64_t first, last, t;
	clock_t ticks = 0;
	struct tms tms;

	compute(50 * SPIN);
	fault_and_wait();
	look(&usage);
	first = last = user_time(RUSAGE_SELF);
	ready();
	wait_moved();
	look(&usage);
	before = usage;
	fault_and_wait();
	look(&usage);
	CHECK(usage.ru_minflt >= before.ru_minflt + MANY);
	CHECK(usage.ru_nvcsw >= before.ru_nvcsw + MANY);
	while (again(ROUNDS / 2) || last - first < 30 * MS) {
		compute(4 * SPIN);
		t = user_time(RUSAGE_SELF);
		CHECK(t >= last);
		last = t;
		look(&usage);
		CHECK(times(&tms) != -1);
		CHECK(tms.tms_utime >= ticks);
		ticks = tms.tms_utime;
	}
	CHECK_EQ(user_time(RUSAGE_CHILDREN), 0);
	return pass();
}
