// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess why: where a process is, and why it can or cannot move.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "candidates.h"
#include "proc.h"
#include "rules.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_nodes.h"
#include "tess_process.h"
#include "tess_show.h"

struct answer {
	pid_t pid;
	int64_t node; /* 0: home */
	int64_t moves, locked;
	unsigned int guest_of;	  /* its home; 0: it is none, or nobody knows */
	char reason[REASON_SIZE]; /* "": it can move */
	char refused[REASON_SIZE]; /* "": it was not, or cannot move */
	char rules[RULES_TEXT];	   /* "": none are known */
	const char *left_alone; /* by the balancer, for this; NULL: it is not */
};

/* The environment of a process that is away is not here, and others' may not be
 * read. */
static struct rules find_rules(struct answer *a)
{
	struct rules rules = { 0 };

	if (!a->node && rules_read(&rules, a->pid) == 0)
		(void)rules_format(a->rules, &rules);
	return rules;
}

/* What lasts of what the balancer goes by; candidates.c decides it. */
static const char *left_alone(pid_t pid, const struct rules *rules)
{
	struct candidate_look look = { .pid = pid };
	char user[USER_SIZE];
	int64_t uid = process_user(user, pid);

	if (uid < 0 || proc_stat_read(&look.stat, pid) < 0)
		return NULL;
	look.uid = (uid_t)uid;
	if (candidate_is_none(&look)) {
		if (look.stat.tty && look.stat.session == pid)
			return "it leads the session of a terminal";
		return "it belongs to root or to the system";
	}
	return rules_keep_home(rules);
}

/* What keeps all processes of this node. */
static const char *held(bool away)
{
	json_t *status;
	bool off;

	if (proc_admin("quiet", 0))
		return "this node is quiet";
	if (proc_admin("stay", 0))
		return "own processes stay where they are (stay)";
	if (!away && proc_admin("lstay", 0))
		return "own processes stay at home (lstay)";
	status = client_try("status");
	off = strcmp(show_string(status, "balance"), "off") == 0;
	json_decref(status);
	return off ? "balancing is off on this node" : NULL;
}

static void find_guest(const struct proc_guest *guest, void *userdata)
{
	struct answer *a = userdata;

	if (guest->pid == a->pid)
		a->guest_of = guest->node;
}

static int find_out(struct answer *a)
{
	struct rules rules;
	int r = proc_read_number(&a->node, "%d/where", a->pid);

	if (r == 0)
		r = proc_read_number(&a->moves, "%d/nmigs", a->pid);
	if (r == 0)
		r = proc_read_number(&a->locked, "%d/lock", a->pid);
	if (r == 0)
		r = process_reason(a->reason, a->pid);
	if (r == 0 && process_reason_is_past(a->reason)) {
		memcpy(a->refused, a->reason, sizeof(a->refused));
		*a->reason = '\0';
	}
	if (r < 0)
		return r;
	rules = find_rules(a);
	proc_guests(find_guest, a);
	if (!*a->reason)
		a->left_alone = left_alone(a->pid, &rules);
	if (!*a->reason && !a->left_alone)
		a->left_alone = held(a->node != 0);
	return 0;
}

static json_t *text_or_null(const char *text)
{
	return *text ? show_json_text(text) : json_null();
}

static int print_json(const struct answer *a)
{
	json_t *reply = json_pack(
		"{s:i, s:I, s:I, s:b, s:b, s:o, s:o, s:o, s:s?, s:o}", "pid",
		(int)a->pid, "node", (json_int_t)a->node, "moves",
		(json_int_t)a->moves, "locked", a->locked != 0, "can_move",
		!*a->reason, "reason", text_or_null(a->reason), "last_refused",
		text_or_null(a->refused), "rules", text_or_null(a->rules),
		"left_alone", a->left_alone, "guest_of",
		a->guest_of ? json_integer(a->guest_of) : json_null());
	int r = tess_print(reply);

	json_decref(reply);
	return r;
}

static void label(const char *name)
{
	bool colours = show_colours(STDOUT_FILENO);

	show_tone(stdout, colours, TONE_FAINT, name);
	printf("%*s", 11 - show_width(name), "");
}

static void print_text(const struct answer *a)
{
	bool colours = show_colours(STDOUT_FILENO);
	json_t *nodes = a->node || a->guest_of ? nodes_ask() : NULL;
	char text[NODES_TEXT];

	label("is");
	if (a->guest_of) {
		nodes_text(text, nodes, a->guest_of);
		fputs("a guest here, of ", stdout);
		show_clean(stdout, text);
		putchar('\n');
	} else if (a->node) {
		nodes_text(text, nodes, (unsigned int)a->node);
		fputs("away, at ", stdout);
		show_clean(stdout, text);
		putchar('\n');
	} else {
		puts("at home");
	}
	label("moves");
	printf("%" PRId64 "\n", a->moves);
	label("locked");
	puts(a->locked ? "yes, 'tess free' undoes it" : "no");
	if (*a->rules) {
		label("rules");
		puts(a->rules);
	}
	label("can move");
	if (*a->reason) {
		show_tone(stdout, colours, TONE_WARN, "no");
		fputs(": ", stdout);
		show_clean(stdout, a->reason);
		putchar('\n');
	} else {
		show_tone(stdout, colours, TONE_GOOD, "yes");
		if (*a->refused)
			fputs("; last refused: ", stdout);
		show_clean(stdout, a->refused);
		putchar('\n');
	}
	if (a->left_alone) {
		label("by itself");
		show_tone(stdout, colours, TONE_WARN, "no");
		printf(": %s\n", a->left_alone);
	}
	json_decref(nodes);
}

int cmd_why(const struct tess_command *self, int argc, char **argv, bool json)
{
	struct answer answer = { 0 };
	int r = process_argument(self, argc, argv, json, &answer.pid);

	if (r)
		return r;
	r = find_out(&answer);
	if (r < 0)
		return process_error(json, answer.pid, r);
	if (json)
		return print_json(&answer);
	print_text(&answer);
	return TESS_OK;
}
