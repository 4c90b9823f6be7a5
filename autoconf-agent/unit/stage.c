// SPDX-License-Identifier: GPL-2.0-or-later
#include "stage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_proc.h"
#include "proc.h"

#define ARGUMENTS_MAX 32

void stage_wrote(const char *name, const char *expected)
{
	char text[256];

	assert_true(proc_read(text, sizeof(text), "%s", name) >= 0);
	assert_string_equal(text, expected);
}

void stage_process_wrote(const struct stage *s, const char *file,
			 const char *expected)
{
	char name[64];

	snprintf(name, sizeof(name), "%d/%s", s->pid, file);
	stage_wrote(name, expected);
}

int stage_setup(void **state)
{
	fake_proc_new();
	setenv("STAGE", proc_root, 1);
	/* Orphans come here: they can be waited for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	*state = calloc(1, sizeof(struct stage));
	return *state ? 0 : -1;
}

int stage_teardown(void **state)
{
	free(*state);
	fake_proc_free();
	return 0;
}

static bool put(const char *name, const char *text)
{
	return fake_proc_try(name, text, strlen(text));
}

static bool make_process(bool refuses)
{
	static const char *const files[][2] = { { "where", "0\n" },
						{ "lock", "0\n" },
						{ "cantmove", "" },
						{ "goto", "" } };
	char name[64], path[FAKE_PROC_PATH];

	snprintf(name, sizeof(name), "%d", getpid());
	fake_proc_path(path, name);
	if (mkdir(path, 0755) < 0)
		return false;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(name, sizeof(name), "%d/%s", getpid(), files[i][0]);
		if (!put(name, files[i][1]))
			return false;
	}
	if (!refuses)
		return true;
	fake_proc_path(path, name); /* goto, the last one */
	unlink(path);
	if (symlink("/dev/full", path) < 0)
		return false;
	/* Who is locked has another reason: the two are one file here. */
	snprintf(name, sizeof(name), "%d/lock", getpid());
	fake_proc_path(path, name);
	unlink(path);
	snprintf(name, sizeof(name), "%d/cantmove", getpid());
	return put(name, "it has locked memory\n") &&
	       symlink("cantmove", path) == 0;
}

static void child(int (*function)(int argc, char **argv), bool refuses,
		  const char *const arguments[], int out, int err)
{
	char *argv[ARGUMENTS_MAX + 1];
	int argc = 0, r;

	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	while (argc < ARGUMENTS_MAX && arguments[argc]) {
		argv[argc] = strdup(arguments[argc]);
		argc++;
	}
	argv[argc] = NULL;
	r = make_process(refuses) ? function(argc, argv) : 99;
	fflush(NULL);
	_exit(r);
}

static void read_back(char ret[STAGE_TEXT], FILE *f)
{
	rewind(f);
	ret[fread(ret, 1, STAGE_TEXT - 1, f)] = '\0';
	fclose(f);
}

void stage_run(struct stage *s, int (*function)(int argc, char **argv),
	       bool refuses, const char *const arguments[])
{
	FILE *out = tmpfile(), *err = tmpfile();
	int status;
	pid_t pid;

	fflush(NULL);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0)
		child(function, refuses, arguments, fileno(out), fileno(err));
	while ((pid = wait(&status)) > 0 || errno == EINTR)
		if (pid == s->pid)
			s->status = WIFEXITED(status) ? WEXITSTATUS(status) :
							-WTERMSIG(status);
	read_back(s->out, out);
	read_back(s->err, err);
}

void stage_says(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("no '%s' in '%s'", expected, text);
}
