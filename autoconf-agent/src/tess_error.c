// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How tess(1) says that something is wrong: what it is, what to do, and an exit
 * code for scripts.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tess.h"
#include "tess_show.h"

static int exit_code(const char *code)
{
	static const struct {
		const char *code;
		enum tess_exit exit;
	} known[] = {
		{ "usage", TESS_USAGE },   { "no-agent", TESS_NO_AGENT },
		{ "no-key", TESS_NO_KEY }, { "no-network", TESS_NO_NETWORK },
		{ "stays", TESS_STAYS },   { "no-kernel", TESS_NO_KERNEL },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].code, code) == 0)
			return known[i].exit;
	return TESS_FAILED;
}

static void say(enum tone tone, const char *message, const char *hint)
{
	bool colours = show_colours(STDERR_FILENO);

	fflush(stdout);
	show_tone(stderr, colours, tone, "tess:");
	fputc(' ', stderr);
	show_clean(stderr, message);
	if (hint && *hint) {
		fputs("; ", stderr);
		show_clean(stderr, hint);
	}
	fputc('\n', stderr);
}

void tess_note(const char *message)
{
	say(TONE_WARN, message, NULL);
}

int tess_error(bool json, const char *code, const char *message,
	       const char *hint)
{
	json_t *error;

	if (!json) {
		say(TONE_BAD, message, hint);
		return exit_code(code);
	}
	/* Arguments and names of files need not be UTF-8. */
	error = json_pack("{s:{s:s, s:o, s:o}}", "error", "code", code,
			  "message", show_json_text(message), "hint",
			  show_json_text(hint ? hint : ""));
	tess_print(error);
	json_decref(error);
	return exit_code(code);
}

int tess_reply_error(bool json, const json_t *reply)
{
	const json_t *error = json_object_get(reply, "error");

	if (!error)
		return TESS_OK;
	if (!json)
		say(TONE_BAD, show_string(error, "message"),
		    show_string(error, "hint"));
	return exit_code(show_string(error, "code"));
}

int tess_usage(const struct tess_command *command, bool json,
	       const char *argument)
{
	char message[256];

	if (argument)
		snprintf(message, sizeof(message),
			 "'tess %s' does not take '%.64s'", command->name,
			 argument);
	else
		snprintf(message, sizeof(message),
			 "'tess %s' needs to be told more", command->name);
	if (json)
		return tess_error(true, "usage", message, command->usage);
	say(TONE_BAD, message, NULL);
	fprintf(stderr, "usage: %s\n", command->usage);
	return TESS_USAGE;
}

int tess_bad_value(const char *option, const char *value, const char *wants)
{
	char message[160];

	if (value)
		snprintf(message, sizeof(message), "'%s %.64s' makes no sense",
			 option, value);
	else
		snprintf(message, sizeof(message), "'%.64s' needs a value",
			 option);
	return tess_error(false, "usage", message, wants);
}

int tess_help(const struct tess_command *command)
{
	printf("tess %s: %s\n\nusage: %s\n", command->name, command->line,
	       command->usage);
	if (command->text)
		printf("\n%s", command->text);
	return TESS_OK;
}

int tess_print(const json_t *reply)
{
	if (json_dumpf(reply, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6)))
		return TESS_FAILED;
	putchar('\n');
	return TESS_OK;
}
