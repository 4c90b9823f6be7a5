// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mosctl: the switches of a node, and what is known of nodes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "old.h"
#include "proc.h"
#include "tess.h"
#include "tess_client.h"
#include "tess_nodes.h"
#include "tess_process.h"
#include "tess_show.h"

#define VALUE_SIZE 64

/* --- switches: stay, nostay, -stay --- */

static const struct toggle {
	const char *name; /* a file in /proc/hpc/admin */
	const char *what, *on, *off;
	const char *missing; /* why there is none, or NULL */
} toggles[] = {
	{ "block", "refuse guests, or let them in", "guests are refused",
	  "guests are welcome", NULL },
	{ "stay", "keep own processes where they are",
	  "own processes stay where they are", "own processes may move", NULL },
	{ "lstay", "keep own processes here", "own processes stay at home",
	  "own processes may leave", NULL },
	{ "quiet", "be quiet", "this node takes no part in balancing",
	  "this node takes part in balancing", NULL },
	{ "mfs", "switch MFS", NULL, NULL,
	  "there is no MFS: files are always used at a process's home" },
};

static const struct toggle *find_toggle(const char *name)
{
	for (size_t i = 0; i < sizeof(toggles) / sizeof(*toggles); i++)
		if (strcmp(toggles[i].name, name) == 0)
			return &toggles[i];
	return NULL;
}

static int throw(const struct toggle *t, bool on, const char *request)
{
	if (t->missing)
		return old_refuse(request, t->missing);
	return admin_switch(false, t->name, on, t->what, on ? t->on : t->off);
}

/* "noblock" and "-block" undo "block". */
static const struct toggle *toggle_of(const char *request, bool *ret_on)
{
	*ret_on = true;
	if (find_toggle(request))
		return find_toggle(request);
	*ret_on = false;
	if (strncmp(request, "no", 2) == 0)
		return find_toggle(request + 2);
	return *request == '-' ? find_toggle(request + 1) : NULL;
}

/* What is asked for once; a switch keeps it so. */
static int act(const char *keep, const char *file, const char *what,
	       const char *done)
{
	int r = throw(find_toggle(keep), true, keep);

	return r ? r : admin_switch(false, file, 1, what, done);
}

static int expel(void)
{
	return act("block", "expel", "send guests away", "no guests are here");
}

static int bring(void)
{
	return act("lstay", "bring", "bring all processes home",
		   "all processes are at home");
}

/* --- questions about nodes --- */

static const struct value {
	const char *request, *file;
} values[] = {
	{ "getload", "load" }, { "getspeed", "speed" }, { "getmem", "mem" },
	{ "getfree", "rmem" }, { "getutil", "util" },	{ "status", "status" },
	{ "isup", "status" },
};

static const struct value *find_value(const char *request)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (strcmp(values[i].request, request) == 0)
			return &values[i];
	return NULL;
}

static int own_number(unsigned int *ret)
{
	json_t *reply;
	int r;

	reply = client_get("nodes", &r);
	if (!reply)
		return r;
	*ret = nodes_self(reply);
	json_decref(reply);
	if (*ret)
		return TESS_OK;
	return tess_error(false, "no-node", "this node has no number yet",
			  "'tess status' shows what it is doing");
}

static int show(const struct value *v, const char *which)
{
	char text[VALUE_SIZE];
	unsigned int node = 0;
	int r = which ? nodes_find(which, false, &node) : own_number(&node);
	bool asks_up = strcmp(v->request, "isup") == 0, up;

	if (r)
		return r;
	if (!proc_has("hpc"))
		return process_no_kernel(false);
	r = proc_read_line(text, sizeof(text), "hpc/nodes/%u/%s", node,
			   v->file);
	up = r == 0 && strcmp(text, "down") != 0;
	if (asks_up)
		puts(up ? "yes" : "no");
	else if (r < 0)
		return nodes_none(false, node);
	else
		puts(text);
	return asks_up && !up ? TESS_FAILED : TESS_OK;
}

static bool is_node(const json_t *node, const char *who)
{
	char number[24];

	if (!who)
		return show_true(node, "self");
	snprintf(number, sizeof(number), "%d", (int)show_integer(node, "id"));
	return strcmp(number, who) == 0 ||
	       strcmp(show_string(node, "name"), who) == 0 ||
	       strcmp(show_string(node, "address"), who) == 0;
}

static int whois(const char *who)
{
	json_t *reply, *node;
	size_t i;
	int r;

	reply = client_get("nodes", &r);
	if (!reply)
		return r;
	json_array_foreach(json_object_get(reply, "nodes"), i, node) {
		if (!is_node(node, who))
			continue;
		printf("node %d is ", (int)show_integer(node, "id"));
		show_clean(stdout, show_string(node, "name"));
		printf(", %s\n", show_string(node, "address"));
		json_decref(reply);
		return TESS_OK;
	}
	json_decref(reply);
	return tess_error(false, "no-node", "nobody here is known as that",
			  "'tess nodes -l' lists names and addresses");
}

/* --- numbers: setspeed, getdecay --- */

static const struct number {
	const char *name; /* a file in /proc/hpc/admin */
	const char *what, *done;
	unsigned int most;
} numbers[] = {
	{ "speed", "set the speed",
	  "the speed is that, or measured again if it is 0", 1000000 },
	{ "decay", "set the decay",
	  "the load looks so many seconds back, or 5 if that is 0", 60 },
};

/* "setspeed": of speed. */
static const struct number *number_of(const char *request, const char *verb)
{
	if (strncmp(request, verb, 3) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (strcmp(numbers[i].name, request + 3) == 0)
			return &numbers[i];
	return NULL;
}

static int set_number(const struct number *n, const char *text)
{
	char hint[64], *end;
	unsigned long value;

	if (!text)
		return old_usage("mosctl", NULL);
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || value > n->most) {
		snprintf(hint, sizeof(hint), "it takes a number from 0 to %u",
			 n->most);
		return tess_bad_value(n->name, text, hint);
	}
	return admin_switch(false, n->name, (int)value, n->what, n->done);
}

/* openMosix: each INTERVAL seconds the past shrinks to so many thousandths. */
static int set_decay(char **given)
{
	for (int i = 1; i < 3; i++)
		if (!*given[i] ||
		    given[i][strspn(given[i], "0123456789")] != '\0')
			return old_usage("mosctl", given[i]);
	old_leave_out("SLOW FAST", "there is one decay for all processes, of "
				   "INTERVAL seconds");
	return set_number(number_of("setdecay", "set"), given[0]);
}

static int get_number(const struct number *n)
{
	int64_t value;

	if (!proc_has("hpc"))
		return process_no_kernel(false);
	if (proc_read_number(&value, "hpc/admin/%s", n->name) < 0)
		return process_admin_error(false, n->what, -ENOENT);
	printf("%d\n", (int)value);
	return TESS_OK;
}

/* --- what has no meaning any more --- */

static const char *why_not(const char *request)
{
	static const char measured[] =
		"what a move costs is measured while processes move; there is "
		"nothing to tune";
	static const char yard[] =
		"1000 is the reference machine; 'mosctl getspeed' shows this "
		"one's speed";
	static const struct {
		const char *request, *why;
	} none[] = {
		{ "gettune", measured },
		{ "settune", measured },
		{ "getyard", yard },
		{ "setyard", yard },
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (strcmp(none[i].request, request) == 0)
			return none[i].why;
	return NULL;
}

int old_mosctl(int argc, char **argv)
{
	const char *request = argc > 1 ? argv[1] : NULL;
	const char *more = argc > 2 ? argv[2] : NULL;
	const struct toggle *toggle;
	bool on;

	if (!request)
		return old_usage("mosctl", NULL);
	if (why_not(request))
		return old_refuse(request, why_not(request));
	if (argc == 5 && strcmp(request, "setdecay") == 0)
		return set_decay(argv + 2);
	if (argc > 3)
		return old_usage("mosctl", argv[3]);
	if (number_of(request, "set"))
		return set_number(number_of(request, "set"), more);
	if (!more && strcmp(request, "getdecay") == 0)
		return get_number(number_of(request, "get"));
	if (find_value(request))
		return show(find_value(request), more);
	if (strcmp(request, "whois") == 0)
		return whois(more);
	if (more)
		return old_usage("mosctl", more);
	if (strcmp(request, "expel") == 0)
		return expel();
	if (strcmp(request, "bring") == 0)
		return bring();
	toggle = toggle_of(request, &on);
	return toggle ? throw(toggle, on, request) :
			old_usage("mosctl", request);
}
