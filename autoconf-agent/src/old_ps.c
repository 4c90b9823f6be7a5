// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mps: the output of ps(1), with where each process is before it. Options are
 * those of the ps that is installed.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "launch.h"
#include "old.h"
#include "old_ps.h"
#include "proc.h"
#include "tess.h"
#include "tess_process.h"

#define NODE_WIDTH 6  /* "  NODE" less a blank */
#define INFO_WIDTH 18 /* "  NODE NMIGS LOCK " */
#define REASON_WIDTH 44
#define MAX_SHIFT 8 /* by values before it that are wider than their columns */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

int mps_pid_column(const char *header)
{
	const char *at = header;

	while ((at = strstr(at, "PID"))) {
		bool begins = at == header || is_blank(at[-1]);

		at += 3;
		if (begins && is_blank(*at))
			return (int)(at - header);
	}
	return -ENOENT;
}

/* The number that ends there; 0: none does. */
static pid_t number_that_ends(const char *line, int end)
{
	char text[16] = "";
	int start = end;
	pid_t pid;

	while (start > 0 && isdigit((unsigned char)line[start - 1]))
		start--;
	if (start == end || (start > 0 && !is_blank(line[start - 1])))
		return 0;
	snprintf(text, sizeof(text), "%.*s", end - start, line + start);
	return proc_pid_parse(&pid, text) < 0 ? 0 : pid;
}

pid_t mps_pid(const char *line, int end)
{
	int length = (int)strcspn(line, "\n"), last = end + MAX_SHIFT;
	pid_t pid = 0;

	for (; end <= length && end <= last && !pid; end++)
		if (is_blank(line[end]))
			pid = number_that_ends(line, end);
	return pid;
}

static void put_number(pid_t pid, const char *file, int width)
{
	int64_t value;

	if (pid && proc_read_number(&value, "%d/%s", pid, file) == 0)
		printf("%*" PRId64 " ", width, value);
	else
		printf("%*s ", width, "-");
}

static void put_place(pid_t pid, enum mps_info info)
{
	char reason[REASON_SIZE] = "";

	put_number(pid, "where", NODE_WIDTH - 1);
	if (info == MPS_NODE)
		return;
	put_number(pid, "nmigs", 5);
	put_number(pid, "lock", 4);
	if (info == MPS_INFO)
		return;
	if (pid)
		(void)process_reason(reason, pid);
	printf("%-*.*s", REASON_WIDTH, REASON_WIDTH - 1, reason);
}

static void put_header(enum mps_info info)
{
	printf("%*s ", NODE_WIDTH - 1, "NODE");
	if (info != MPS_NODE)
		printf("%5s %4s ", "NMIGS", "LOCK");
	if (info == MPS_INFO_LONG)
		printf("%-*s", REASON_WIDTH, "CANTMOVE");
}

int mps_filter(FILE *from, enum mps_info info)
{
	cleanup_free char *line = NULL;
	size_t room = 0;
	int column;

	if (getline(&line, &room, from) < 0)
		return 0;
	column = mps_pid_column(line);
	if (column < 0)
		return column;
	put_header(info);
	fputs(line, stdout);
	while (getline(&line, &room, from) >= 0) {
		put_place(mps_pid(line, column), info);
		fputs(line, stdout);
	}
	return 0;
}

/* ps cuts its lines to the terminal: leave room for what comes before. */
static void set_columns(enum mps_info info)
{
	static const int widths[] = {
		[MPS_NODE] = NODE_WIDTH,
		[MPS_INFO] = INFO_WIDTH,
		[MPS_INFO_LONG] = INFO_WIDTH + REASON_WIDTH,
	};
	struct winsize w = { 0 };
	char text[16];

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 ||
	    w.ws_col <= widths[info] + 10)
		return;
	snprintf(text, sizeof(text), "%d", w.ws_col - widths[info]);
	setenv("COLUMNS", text, 1);
}

static pid_t start_ps(char **argv, int *ret_fd)
{
	char name[] = "ps";
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		argv[0] = name;
		execvp(name, argv);
		_exit(LAUNCH_NOT_FOUND);
	}
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	else
		*ret_fd = ends[0];
	return pid < 0 ? -errno : pid;
}

static int no_ps(void)
{
	return tess_error(false, "failed", "there is no ps(1) here",
			  "'tess ps' shows who is away");
}

/* ps tells about itself, and lists nobody. 'V' and 'L' further behind may be the
 * value of an option. */
static bool asks_about_ps(int argc, char **argv)
{
	static const char *const words[] = { "--help", "--version", "--info",
					     "-V" };

	if (argc > 1 &&
	    (strcmp(argv[1], "V") == 0 || strcmp(argv[1], "L") == 0))
		return true;
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (strcmp(argv[i], words[k]) == 0)
				return true;
	return false;
}

static int be_ps(char **argv)
{
	char name[] = "ps";

	argv[0] = name;
	execvp(name, argv);
	return no_ps();
}

static int run_ps(char **argv, enum mps_info info)
{
	int fd = -1, status = 0, r;
	pid_t pid;
	FILE *from;

	set_columns(info);
	pid = start_ps(argv, &fd);
	if (pid < 0)
		return tess_error(false, "failed", strerror(-pid), NULL);
	from = fdopen(fd, "r");
	r = from ? mps_filter(from, info) : -errno;
	if (from)
		fclose(from);
	waitpid(pid, &status, 0);
	if (r == -ENOENT)
		return tess_error(false, "failed",
				  "ps printed no column PID to go by",
				  "leave out 'h', or add PID to the format");
	if (WIFEXITED(status) && WEXITSTATUS(status) == LAUNCH_NOT_FOUND)
		return no_ps();
	return WIFEXITED(status) ? WEXITSTATUS(status) : TESS_FAILED;
}

int old_mps(int argc, char **argv)
{
	enum mps_info info = MPS_NODE;
	int n = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--ominfo") == 0)
			info = MPS_INFO;
		else if (strcmp(argv[i], "--ominfol") == 0)
			info = MPS_INFO_LONG;
		else if (strncmp(argv[i], "--sortX", 7) == 0)
			return old_refuse(argv[i], "ps(1) has --sort for it");
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	if (asks_about_ps(n, argv))
		return be_ps(argv);
	if (!proc_has("hpc"))
		return process_no_kernel(false);
	return run_ps(argv, info);
}
