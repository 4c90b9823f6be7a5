// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

#define PATH_SIZE 512

const char *proc_root = "/proc";

static int open_below(int flags, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static int open_below(int flags, const char *format, va_list args)
{
	char path[PATH_SIZE];
	int len = snprintf(path, sizeof(path), "%s/", proc_root), fd;

	len += vsnprintf(path + len, sizeof(path) - (size_t)len, format, args);
	if ((size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static ssize_t read_all(int fd, char *ret, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < size - 1) {
		n = read(fd, ret + len, size - 1 - len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	ret[len] = '\0';
	return (ssize_t)len;
}

static ssize_t read_below(char *ret, size_t size, const char *format,
			  va_list args) __attribute__((format(printf, 3, 0)));

static ssize_t read_below(char *ret, size_t size, const char *format,
			  va_list args)
{
	cleanup_close int fd = open_below(O_RDONLY, format, args);

	return fd < 0 ? fd : read_all(fd, ret, size);
}

ssize_t proc_read(char *ret, size_t size, const char *format, ...)
{
	va_list args;
	ssize_t n;

	va_start(args, format);
	n = read_below(ret, size, format, args);
	va_end(args);
	return n;
}

int proc_read_line(char *ret, size_t size, const char *format, ...)
{
	va_list args;
	ssize_t n;

	va_start(args, format);
	n = read_below(ret, size, format, args);
	va_end(args);
	if (n < 0)
		return (int)n;
	ret[strcspn(ret, "\n")] = '\0';
	return 0;
}

int proc_read_number(int64_t *ret, const char *format, ...)
{
	char text[32], *end;
	va_list args;
	int64_t number;
	ssize_t n;

	va_start(args, format);
	n = read_below(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return (int)n;
	number = strtoll(text, &end, 10);
	if (end == text || (*end && *end != '\n'))
		return -EBADMSG;
	*ret = number;
	return 0;
}

int proc_open(const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_below(O_RDONLY, format, args);
	va_end(args);
	return fd;
}

int64_t proc_admin(const char *name, int64_t if_unknown)
{
	int64_t value;

	return proc_read_number(&value, "hpc/admin/%s", name) < 0 ? if_unknown :
								    value;
}

int proc_open_to_write(const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_below(O_WRONLY, format, args);
	va_end(args);
	return fd;
}

static int write_and_close(int fd, const char *text)
{
	int r = write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return r;
}

int proc_write_number(int fd, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64 "\n", number);
	return write_and_close(fd, text);
}

int proc_write_goto(int fd, unsigned int node, unsigned int level)
{
	char text[32];

	if (!level)
		return proc_write_number(fd, node);
	snprintf(text, sizeof(text), "%u v%u\n", node, level);
	return write_and_close(fd, text);
}

bool proc_has(const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_below(O_PATH, format, args);
	va_end(args);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool proc_is_ours(pid_t pid)
{
	char path[PATH_SIZE];
	struct stat st;
	int len = snprintf(path, sizeof(path), "%s/%d", proc_root, (int)pid);

	return len < PATH_SIZE && stat(path, &st) == 0 &&
	       st.st_uid == geteuid();
}

int proc_pid_parse(pid_t *ret, const char *text)
{
	char *end;
	long pid;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || *end || pid < 1 || pid > INT32_MAX)
		return -EINVAL;
	*ret = (pid_t)pid;
	return 0;
}

/* Fields of stat by their numbers in proc_pid_stat(5), those behind the state. */
enum {
	STAT_PARENT = 4,
	STAT_GROUP,
	STAT_SESSION,
	STAT_TTY,
	STAT_FOREGROUND,
	STAT_FLAGS,
	STAT_USER = 14,
	STAT_SYSTEM,
	STAT_THREADS = 20,
	STAT_START = 22,
	STAT_PAGES = 24,
	STAT_FIELDS,
};

/* Not by sscanf(), which takes as long as the kernel takes to write them. */
static int stat_fields(uint64_t field[STAT_FIELDS], const char *text)
{
	char *end;

	for (int i = STAT_PARENT; i < STAT_FIELDS; i++) {
		field[i] = strtoull(text, &end, 10); /* -1, too */
		if (end == text)
			return -EBADMSG;
		text = end;
	}
	return 0;
}

/* The name is in parentheses and may hold any character, those too. */
int proc_stat_parse(struct proc_stat *ret, const char *text)
{
	const char *begin = strchr(text, '('), *end = strrchr(text, ')');
	uint64_t field[STAT_FIELDS];
	struct proc_stat stat;

	if (!begin || !end || end < begin || end[1] != ' ' || !end[2] ||
	    stat_fields(field, end + 3) < 0)
		return -EBADMSG;
	stat = (struct proc_stat){
		.state = end[2],
		.parent = (pid_t)field[STAT_PARENT],
		.group = (pid_t)field[STAT_GROUP],
		.session = (pid_t)field[STAT_SESSION],
		.tty = (int)field[STAT_TTY],
		.foreground = (pid_t)field[STAT_FOREGROUND],
		.flags = (unsigned int)field[STAT_FLAGS],
		.ticks = field[STAT_USER] + field[STAT_SYSTEM],
		.system_ticks = field[STAT_SYSTEM],
		.threads = (unsigned int)field[STAT_THREADS],
		.start = field[STAT_START],
		.pages = field[STAT_PAGES],
	};
	snprintf(stat.comm, sizeof(stat.comm), "%.*s", (int)(end - begin - 1),
		 begin + 1);
	*ret = stat;
	return 0;
}

int proc_stat_read(struct proc_stat *ret, pid_t pid)
{
	char text[1024];
	ssize_t n = proc_read(text, sizeof(text), "%d/stat", pid);

	return n < 0 ? (int)n : proc_stat_parse(ret, text);
}

bool proc_locked(pid_t pid)
{
	int64_t locked;

	return proc_read_number(&locked, "%d/lock", pid) == 0 && locked;
}

uint64_t proc_switches(pid_t pid)
{
	uint64_t switches;
	char text[64];

	/* Time that it ran, that it waited for a CPU, and how often it began. */
	if (proc_read(text, sizeof(text), "%d/schedstat", pid) <= 0 ||
	    sscanf(text, "%*u %*u %" SCNu64, &switches) != 1)
		return 0;
	return switches;
}

/* What a thread is doing is looked at for so many of them. */
#define TASKS_MAX 32

unsigned int proc_runnable(pid_t pid, const struct proc_stat *stat)
{
	unsigned int runnable = 0, seen = 0;
	char path[PATH_SIZE], text[1024];
	struct proc_stat thread;
	struct dirent *entry;
	DIR *dir;

	if (stat->threads < 2)
		return stat->state == 'R';
	snprintf(path, sizeof(path), "%s/%d/task", proc_root, pid);
	dir = opendir(path);
	while (dir && seen < TASKS_MAX && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    proc_read(text, sizeof(text), "%d/task/%.16s/stat", pid,
			      entry->d_name) <= 0 ||
		    proc_stat_parse(&thread, text) < 0)
			continue;
		runnable += thread.state == 'R';
		seen++;
	}
	if (dir)
		closedir(dir);
	/* The rest are as those. */
	if (seen && stat->threads > seen)
		runnable = (unsigned int)((uint64_t)runnable * stat->threads /
					  seen);
	return runnable;
}

int proc_guest_parse(struct proc_guest *ret, const char *line)
{
	struct proc_guest guest = { 0 };
	int at = 0;

	if (sscanf(line, "%d %u %d%n", &guest.pid, &guest.node, &guest.home_pid,
		   &at) != 3 ||
	    guest.pid < 1 || guest.home_pid < 1 || line[at] != ' ')
		return -EBADMSG;
	snprintf(guest.comm, sizeof(guest.comm), "%.*s",
		 (int)strcspn(line + at + 1, "\n"), line + at + 1);
	*ret = guest;
	return 0;
}

void proc_guests(void (*found)(const struct proc_guest *guest, void *userdata),
		 void *userdata)
{
	cleanup_free char *line = NULL;
	struct proc_guest guest;
	char path[PATH_SIZE];
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/hpc/guests", proc_root);
	f = fopen(path, "re");
	while (f && getline(&line, &size, f) > 0)
		if (proc_guest_parse(&guest, line) == 0)
			found(&guest, userdata);
	if (f)
		fclose(f);
}
