// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess status: what this node is and where it belongs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tess.h"
#include "tess_client.h"
#include "tess_show.h"

#define LABEL 11

static void label(const char *name)
{
	bool colours = show_colours(STDOUT_FILENO);

	show_tone(stdout, colours, TONE_FAINT, name);
	printf("%*s", LABEL - show_width(name), "");
}

static void print_headline(const json_t *s)
{
	bool colours = show_colours(STDOUT_FILENO);
	const char *state = show_string(s, "state");
	const char *cluster = show_string(s, "cluster");
	int64_t id = show_integer(s, "id");

	label("node");
	show_tone(stdout, colours, TONE_STRONG, show_string(s, "name"));
	if (id > 0)
		printf(", number %" PRId64, id);
	printf(" (%s)\n", show_string(s, "role"));

	label("state");
	show_tone(stdout, colours, show_state_tone(state), state);
	if (*cluster) {
		fputs(", cluster ", stdout);
		show_clean(stdout, cluster);
	}
	putchar('\n');
}

static void print_members(const json_t *s)
{
	static const char *const words[] = { "up", "suspect", "down",
					     "joining" };
	const json_t *nodes = json_object_get(s, "nodes");
	bool colours = show_colours(STDOUT_FILENO);
	const char *comma = "";

	label("nodes");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		int64_t n = show_integer(nodes, words[i]);
		char text[64];

		if (n == 0 && i > 0)
			continue;
		fputs(comma, stdout);
		snprintf(text, sizeof(text), "%" PRId64 " %s", n, words[i]);
		show_tone(stdout, colours,
			  i > 0 ? show_status_tone(words[i]) : TONE_PLAIN,
			  text);
		comma = ", ";
	}
	putchar('\n');
}

static void print_network(const json_t *s)
{
	const char *address = show_string(s, "address");
	const char *name = "network";
	json_t *interface, *text;
	size_t i, k;

	if (*address) {
		label("address");
		puts(address);
	}
	json_array_foreach(json_object_get(s, "interfaces"), i, interface) {
		label(name);
		show_clean(stdout, show_string(interface, "name"));
		json_array_foreach(json_object_get(interface, "addresses"), k,
				   text) {
			const char *one = json_string_value(text);

			fputs("  ", stdout);
			show_clean(stdout, one ? one : "");
		}
		putchar('\n');
		name = "";
	}
}

static void print_strangers(const json_t *s)
{
	bool colours = show_colours(STDOUT_FILENO);
	const char *name = "strangers";
	json_t *stranger;
	size_t i;

	json_array_foreach(json_object_get(s, "strangers"), i, stranger) {
		char age[SHOW_SHORT];

		show_age(age, show_integer(stranger, "age"));
		label(name);
		show_tone(stdout, colours, TONE_WARN,
			  show_string(stranger, "name"));
		fputs(" at ", stdout);
		show_clean(stdout, show_string(stranger, "address"));
		fputs(": ", stdout);
		show_clean(stdout, show_string(stranger, "reason"));
		printf(" (%s ago)\n", age);
		name = "";
	}
}

static void print_balance(const json_t *s)
{
	static const struct {
		const char *name, *does;
	} switches[] = {
		{ "quiet", "takes no part" },
		{ "stay", "own processes stay where they are" },
		{ "lstay", "own processes stay at home" },
	};
	bool colours = show_colours(STDOUT_FILENO);
	const char *balance = show_string(s, "balance");
	const char *held = show_string(s, "balance_held");

	if (!*balance)
		return;
	label("balance");
	fputs(balance, stdout);
	for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++) {
		if (strcmp(balance, "on") != 0 ||
		    strcmp(held, switches[i].name) != 0)
			continue;
		fputs(", but ", stdout);
		show_tone(stdout, colours, TONE_WARN, switches[i].does);
		printf(" ('mosctl no%s' undoes it)", held);
	}
	putchar('\n');
}

/* Parts of the agent that fail; nothing when all is well, or when it is said
 * anyway why they are not needed yet. */
static void print_trouble(const json_t *s)
{
	static const char *const parts[] = { "mesh", "firewall", "mdns" };
	bool colours = show_colours(STDOUT_FILENO);

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *how = show_string(s, parts[i]);

		if (strcmp(how, "running") == 0 ||
		    strcmp(how, "announced") == 0 ||
		    strcmp(how, "not started") == 0 || !*how)
			continue;
		label(parts[i]);
		show_tone(stdout, colours, TONE_WARN, how);
		putchar('\n');
	}
}

static void print_agent(const json_t *s)
{
	const json_t *timing = json_object_get(s, "timing");
	const char *build = show_string(s, "kernel");
	char age[SHOW_SHORT];

	show_age(age, show_integer(s, "uptime"));
	label("agent");
	printf("%s, running for %s", show_string(s, "version"), age);
	if (json_is_number(json_object_get(timing, "member")))
		printf(", member %.1fs after the kernel's start",
		       show_real(timing, "member"));
	putchar('\n');
	label("kernel");
	printf("%s\n", *build ? build : "of unknown build");
}

int cmd_status(const struct tess_command *self, int argc, char **argv,
	       bool json)
{
	json_t *reply;
	int r;

	if (argc > 1)
		return tess_usage(self, json, argv[1]);
	reply = client_ask("status", json, &r);
	if (!reply)
		return r;
	if (json) {
		tess_print(reply);
	} else if (json_object_get(reply, "state")) { /* not a refusal alone */
		print_headline(reply);
		print_members(reply);
		print_balance(reply);
		print_network(reply);
		print_trouble(reply);
		print_agent(reply);
		print_strangers(reply);
	}
	r = tess_reply_error(json, reply);
	json_decref(reply);
	return r;
}
