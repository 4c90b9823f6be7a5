// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of the system and the machine, its memory and its processors are
 * those of home, and its uptime does not go back.
 */
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "harness.h"

int main(void)
{
	struct utsname before, after;
	char name[65];
	struct sysinfo info;
	uint64_t memory;
	long processors = sysconf(_SC_NPROCESSORS_ONLN), uptime;
	cpu_set_t cpus;

	CHECK_EQ(uname(&before), 0);
	CHECK_EQ(sysinfo(&info), 0);
	memory = info.totalram * info.mem_unit;
	uptime = info.uptime;
	ready();
	wait_moved();
	while (again(ROUNDS / 4)) {
		CHECK_EQ(uname(&after), 0);
		CHECK(memcmp(&before, &after, sizeof(after)) == 0);
		CHECK_EQ(gethostname(name, sizeof(name)), 0);
		CHECK(strcmp(name, before.nodename) == 0);
		CHECK_EQ(sysinfo(&info), 0);
		CHECK_EQ(info.totalram * info.mem_unit, memory);
		CHECK(info.uptime >= uptime);
		uptime = info.uptime;
		CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), processors);
		CHECK_EQ(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
		CHECK(CPU_COUNT(&cpus) > 0);
		CHECK_EQ(sched_yield(), 0);
	}
	return pass();
}
