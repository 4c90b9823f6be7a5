// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first process of a machine that holds nothing else: what does a process
 * that never moves pay? Says, for each thing, the median time of one in
 * nanoseconds and in ticks of the CPU's counter, which are instructions where
 * QEMU counts them (-icount shift=0).
 */
#include <fcntl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <x86intrin.h>

#include "bench.h"

#define SAMPLES 201
#define PAGE 4096

static int zero;
static char *pages;

static void do_getppid(unsigned int count)
{
	while (count--)
		syscall(SYS_getppid);
}

static void do_read(unsigned int count)
{
	char byte;

	while (count--) {
		if (read(zero, &byte, 1) != 1)
			err(1, "/dev/zero");
	}
}

static void do_fork(unsigned int count)
{
	pid_t pid;

	while (count--) {
		pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			err(1, "fork");
	}
}

static void do_fault(unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		*(volatile char *)(pages + i * PAGE) = 1;
}

static void map_pages(unsigned int count)
{
	if (pages)
		munmap(pages, count * PAGE);
	pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		err(1, "mmap");
}

static const struct {
	const char *name;
	void (*run)(unsigned int count);
	void (*prepare)(unsigned int count);
	unsigned int
		count; /* so many in one sample, shorter than a timer's tick */
} things[] = {
	{ "getppid", do_getppid, NULL, 2000 },
	{ "read", do_read, NULL, 1000 },
	{ "fork", do_fork, NULL, 5 },
	{ "fault", do_fault, map_pages, 200 },
};

static void measure(unsigned int thing)
{
	static int64_t times[SAMPLES], ticks[SAMPLES];
	unsigned int count = things[thing].count, i;

	for (i = 0; i < SAMPLES; i++) {
		int64_t begun, first;

		if (things[thing].prepare)
			things[thing].prepare(count);
		begun = now();
		first = __rdtsc();
		things[thing].run(count);
		ticks[i] = __rdtsc() - first;
		times[i] = now() - begun;
	}
	printf("%s %.1f %.1f\n", things[thing].name,
	       (double)median(times, SAMPLES) / count,
	       (double)median(ticks, SAMPLES) / count);
}

int main(void)
{
	unsigned int i;

	if (mknod("/zero", S_IFCHR | 0600, makedev(1, 5)) < 0)
		err(1, "mknod");
	zero = open("/zero", O_RDONLY);
	for (i = 0; i < sizeof(things) / sizeof(*things); i++)
		measure(i);
	puts("end");
	fflush(stdout);
	sync();
	reboot(RB_AUTOBOOT);
	return 1;
}
