/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * openMosix's commands, which are links to tess: tess-openmosix(7) says of each option
 * whether it works. What has no meaning here is said in words: advice is left
 * out, and all else refused.
 */
#ifndef TESSERA_OLD_H
#define TESSERA_OLD_H

#include <stdbool.h>

struct old_tool {
	const char *name;
	int (*run)(int argc, char **argv); /* returns an exit status */
	const char *usage;
};

/* By the name a program was called by, with or without its directory; NULL:
 * it is none of them. */
const struct old_tool *old_find(const char *called);

int old_migrate(int argc, char **argv);
int old_setpe(int argc, char **argv);
int old_mosrun(int argc, char **argv);
int old_nomig(int argc, char **argv);
int old_runhome(int argc, char **argv);
int old_runon(int argc, char **argv);
int old_cpujob(int argc, char **argv);
int old_iojob(int argc, char **argv);
int old_decay(int argc, char **argv);
int old_mosctl(int argc, char **argv);
int old_mps(int argc, char **argv);
int old_mtop(int argc, char **argv);
int old_mosmon(int argc, char **argv);

/* The usage of the tool of that name; argument: what it does not take, NULL
 * for too little. */
int old_usage(const char *tool, const char *argument);
/* The usage on standard output. */
int old_help(const char *tool);
/* A request that cannot be granted here: why, and what to do. */
int old_refuse(const char *request, const char *why);
/* Advice that is left out. */
void old_leave_out(const char *option, const char *why);

#endif
