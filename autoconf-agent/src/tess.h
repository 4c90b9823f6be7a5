/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command tess(1): a table of subcommands, each in its own file.
 */
#ifndef TESSERA_TESS_H
#define TESSERA_TESS_H

#include <jansson.h>
#include <stdbool.h>

/* Documented in tess(1). */
enum tess_exit {
	TESS_OK = 0,
	TESS_FAILED = 1,
	TESS_USAGE = 2,
	TESS_NO_AGENT = 3,
	TESS_NO_KEY = 4,
	TESS_NO_NETWORK = 5,
	TESS_STAYS = 6, /* a process does not move */
	TESS_NO_KERNEL = 7,
};

struct tess_command {
	const char *name;
	/* argv[0] is the command's name; --json and --help are already taken
	 * out. Returns an enum tess_exit. */
	int (*run)(const struct tess_command *self, int argc, char **argv,
		   bool json);
	const char *line;  /* what it does */
	const char *usage; /* "tess nodes [-l] [--json]" */
	const char *text;  /* options and more, for help; may be NULL */
	/* Nothing is taken out behind its name: a command of the user's own
	 * follows there. */
	bool raw;
	/* "--" is left in: names of files may follow that begin with '-'. */
	bool files;
};

int cmd_status(const struct tess_command *self, int argc, char **argv,
	       bool json);
int cmd_nodes(const struct tess_command *self, int argc, char **argv,
	      bool json);
int cmd_key(const struct tess_command *self, int argc, char **argv, bool json);
int cmd_screen(const struct tess_command *self, int argc, char **argv,
	       bool json);
int cmd_ps(const struct tess_command *self, int argc, char **argv, bool json);
int cmd_why(const struct tess_command *self, int argc, char **argv, bool json);
int cmd_migrate(const struct tess_command *self, int argc, char **argv,
		bool json);
int cmd_bring(const struct tess_command *self, int argc, char **argv,
	      bool json);
int cmd_expel(const struct tess_command *self, int argc, char **argv,
	      bool json);
int cmd_block(const struct tess_command *self, int argc, char **argv,
	      bool json);
int cmd_unblock(const struct tess_command *self, int argc, char **argv,
		bool json);
int cmd_stay(const struct tess_command *self, int argc, char **argv, bool json);
int cmd_run(const struct tess_command *self, int argc, char **argv, bool json);
int cmd_top(const struct tess_command *self, int argc, char **argv, bool json);
int cmd_free(const struct tess_command *self, int argc, char **argv, bool json);

/* Tell what is wrong and what to do: on stderr, or as {"error":{…}} on stdout.
 * The return value is the exit code that belongs to the code. */
int tess_error(bool json, const char *code, const char *message,
	       const char *hint);
/* The same for an "error" in an agent's reply; 0 when there is none. With json
 * nothing is printed: the reply itself tells. */
int tess_reply_error(bool json, const json_t *reply);
/* Something to know, on stderr; all goes on. */
void tess_note(const char *message);
/* An argument that the command does not take. */
int tess_usage(const struct tess_command *command, bool json,
	       const char *argument);
/* An option's value, or NULL: it lacks one; and what it takes. */
int tess_bad_value(const char *option, const char *value, const char *wants);
/* What --help prints. */
int tess_help(const struct tess_command *command);
/* Prints a reply as one line of JSON. */
int tess_print(const json_t *reply);

#endif
