// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of the kernel tests' VM: runs the tests, looks whether the kernel has
 * complained or lost memory, and says PASS or FAIL on the virtio port. A panic
 * before that says nothing there, which is a failure as well.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

static bool failed;

static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("FAIL ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	failed = true;
}

static void mount_at(const char *type, const char *path)
{
	mkdir(path, 0755);
	if (mount(type, path, type, 0, NULL))
		fail("mount of %s: %m", type);
}

/* The whole of a small file, or what could be read of it. */
static const char *contents(const char *path)
{
	static char text[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = 0;
	close(fd);
	return text;
}

static void tell_who_runs(void)
{
	struct utsname uts;
	struct timespec now;

	uname(&uts);
	clock_gettime(CLOCK_BOOTTIME, &now);
	printf("user space of %s after %ld.%02ld s\n", uts.release,
	       (long)now.tv_sec, now.tv_nsec / 10000000);
}

/* A kernel without Tessera must not show any of it. */
static bool has_tessera(void)
{
	const char *const names[] = { "/dev/tessera", "/proc/hpc" };
	struct utsname uts;
	bool wanted;

	uname(&uts);
	wanted = !strstr(uts.release, "-off");
	for (int i = 0; i < 2; i++)
		if ((access(names[i], F_OK) == 0) != wanted)
			fail("%s: %s", names[i],
			     wanted ? "not there" : "there");
	return wanted;
}

static void run(const char *program)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execl(program, program, NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	if (status)
		fail("%s: status %d", program, status);
}

/* The first scan only marks what is young; the second one reports it. */
static void look_for_leaks(void)
{
	int fd = open(KMEMLEAK, O_RDWR | O_CLOEXEC);
	const char *report;

	if (fd < 0)
		return;
	for (int i = 0; i < 2; i++)
		if (write(fd, "scan", 4) != 4)
			fail("kmemleak: %m");
	close(fd);
	report = contents(KMEMLEAK);
	if (*report)
		fail("kmemleak:\n%s", report);
	else
		printf("ok   no leak is reported\n");
}

static void look_for_taint(void)
{
	const char *taint = contents("/proc/sys/kernel/tainted");

	if (atoi(taint))
		fail("the kernel is tainted: %s", taint);
}

static void report(void)
{
	const char *word = failed ? "FAIL\n" : "PASS\n";
	glob_t ports;
	int fd;

	fflush(stdout);
	if (glob("/dev/vport*", 0, NULL, &ports))
		return;
	fd = open(ports.gl_pathv[0], O_WRONLY);
	if (fd >= 0 && write(fd, word, 5) == 5)
		close(fd);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	tell_who_runs();
	if (has_tessera()) {
		run("/device");
		run("/race");
	}
	look_for_leaks();
	look_for_taint();
	report();
	reboot(RB_POWER_OFF);
	return 1;
}
