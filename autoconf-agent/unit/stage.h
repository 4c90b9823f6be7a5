/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory that plays /proc, for tests of commands that execute others. Each
 * command is a process of its own, with files below /proc/PID made before it
 * starts.
 */
#ifndef TESSERA_UNIT_STAGE_H
#define TESSERA_UNIT_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "tess.h"

#define STAGE_TEXT 8192

struct stage {
	pid_t pid; /* of the last command */
	int status;
	char out[STAGE_TEXT], err[STAGE_TEXT];
};

/* For cmocka: *state is a struct stage. $STAGE is the directory. */
int stage_setup(void **state);
int stage_teardown(void **state);

/* Asserts what a file holds. */
void stage_wrote(const char *name, const char *expected);

/* Runs function(arguments) as a process whose directory has the files of a
 * process that can move, at home; refuses: goto does not take anything. Waits
 * until it and all that it left behind have ended. */
void stage_run(struct stage *s, int (*function)(int argc, char **argv),
	       bool refuses, const char *const arguments[]);
/* Asserts that the last command's files hold these. */
void stage_process_wrote(const struct stage *s, const char *file,
			 const char *expected);

#define STAGE_RUN(s, function, ...)   \
	stage_run(s, function, false, \
		  (const char *const[]){ __VA_ARGS__, NULL })

void stage_says(const char *text, const char *expected);

#endif
