// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mosrun and its short forms: a command, started as openMosix's users knew it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "launch.h"
#include "old.h"
#include "proc.h"
#include "tess.h"
#include "tess_nodes.h"

enum lock {
	LOCK_DEFAULT,
	LOCK_NO,
	LOCK_YES,
	LOCK_KEEP, /* as that of the caller */
};

struct mosrun {
	const char *tool;
	struct launch launch;
	enum lock lock;
	bool home, decay, own_name;
	const char *allowed; /* letters of options */
};

static const char no_decay[] = "what a process did in the past does not decay "
			       "by settings of its own here";

/* How many nodes are in the ranges of a list. */
static unsigned int count(const struct rules *list)
{
	unsigned int n = 0;

	for (size_t i = 0; i < list->n_ranges; i++)
		n += list->ranges[i].last - list->ranges[i].first + 1u;
	return n;
}

static unsigned int pick(const struct rules *list)
{
	unsigned int at = 0;

	if (getrandom(&at, sizeof(at), 0) < 0)
		at = (unsigned int)getpid();
	at %= count(list);
	for (size_t i = 0; i < list->n_ranges; i++) {
		unsigned int n =
			list->ranges[i].last - list->ranges[i].first + 1u;

		if (at < n)
			return list->ranges[i].first + at;
		at -= n;
	}
	return 0;
}

/* -h, -NODE or -jLIST: one of them. */
static bool is_placed(const struct mosrun *m)
{
	return m->home || m->launch.node;
}

static int take_list(struct mosrun *m, const char *argument)
{
	struct rules list = { 0 };
	char *text = strdup(argument + 2), *rest = text, *item;
	int r = text ? 0 : -ENOMEM;

	while (r == 0 && (item = strsep(&rest, ",")))
		r = rules_add_range(&list, item);
	free(text);
	if (r < 0 || is_placed(m))
		return old_usage(m->tool, argument);
	m->launch.node = pick(&list);
	return TESS_OK;
}

static int take_node(struct mosrun *m, const char *argument)
{
	const char *text = argument + 1; /* after the dash */
	pid_t number;

	if (proc_pid_parse(&number, text) < 0 || number > UINT16_MAX ||
	    is_placed(m))
		return old_usage(m->tool, argument);
	m->launch.node = (unsigned int)number;
	return TESS_OK;
}

static void leave_out_letter(char letter, const char *why)
{
	const char option[] = { '-', letter, '\0' };

	old_leave_out(option, why);
}

static void take_letter(struct mosrun *m, char letter)
{
	switch (letter) {
	case 'h':
		m->home = true;
		break;
	case 'F':
		m->launch.anywhere = true;
		break;
	case 'l':
		m->lock = LOCK_NO;
		break;
	case 'L':
		m->lock = LOCK_YES;
		break;
	case 'k':
		m->lock = LOCK_KEEP;
		break;
	case 'c':
		m->launch.rules.kind = RULES_KIND_CPU;
		m->decay = true;
		break;
	case 'i':
		m->launch.rules.kind = RULES_KIND_IO;
		m->decay = true;
		break;
	case 'z':
		m->own_name = true;
		break;
	default: /* n s f e E r R t d */
		m->decay = m->decay || strchr("nsf", letter);
		leave_out_letter(letter, no_decay);
	}
}

/* One argument that begins with '-', and with it perhaps the next. */
static int take(struct mosrun *m, int argc, char **argv, int *at)
{
	const char *a = argv[*at];

	if (a[1] >= '0' && a[1] <= '9' && strchr(m->allowed, '0'))
		return take_node(m, a);
	if (a[1] == 'j' && strchr(m->allowed, 'j'))
		return take_list(m, a);
	for (const char *p = a + 1; *p; p++) {
		if (*p == '0' || *p == 'j' || !strchr(m->allowed, *p) ||
		    (*p == 'h' && is_placed(m)))
			return old_usage(m->tool, a);
		take_letter(m, *p);
		if (*p != 't' && *p != 'd')
			continue;
		if (!p[1] && ++*at >= argc)
			return old_usage(m->tool, NULL);
		break; /* the rest is its value */
	}
	return TESS_OK;
}

/* A chosen place is kept, and so is home, unless something is said about how
 * the process should be judged. */
static bool locks(const struct mosrun *m)
{
	switch (m->lock) {
	case LOCK_NO:
		return false;
	case LOCK_YES:
		return true;
	case LOCK_KEEP:
		return proc_locked(getppid());
	case LOCK_DEFAULT:
		break;
	}
	if (m->home || m->launch.node || !m->decay)
		return true;
	return proc_locked(getppid());
}

static int run(struct mosrun *m, int argc, char **argv)
{
	int at = 1, r = TESS_OK;

	for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++) {
		if (strcmp(argv[at], "--") == 0) {
			at++;
			break;
		}
		r = take(m, argc, argv, &at);
		if (r)
			return r;
	}
	/* With -z its name is an argument of its own. */
	if (argc - at < (m->own_name ? 2 : 1))
		return old_usage(m->tool, NULL);
	m->launch.file = argv[at];
	m->launch.command = argv + at + m->own_name;
	m->launch.placed = m->home || m->lock == LOCK_NO;
	if (locks(m)) {
		m->launch.rules.home = m->home;
		m->launch.rules.stay = !m->home;
	}
	return launch(&m->launch);
}

int old_mosrun(int argc, char **argv)
{
	struct mosrun m = { .tool = "mosrun",
			    .allowed = "0jhFlLkcinsftdeErRz" };

	return run(&m, argc, argv);
}

int old_nomig(int argc, char **argv)
{
	struct mosrun m = { .tool = "nomig", .lock = LOCK_YES, .allowed = "z" };

	return run(&m, argc, argv);
}

int old_runhome(int argc, char **argv)
{
	struct mosrun m = { .tool = "runhome", .home = true, .allowed = "z" };

	return run(&m, argc, argv);
}

int old_runon(int argc, char **argv)
{
	struct mosrun m = { .tool = "runon", .allowed = "z" };
	int r;

	if (argc < 3)
		return old_usage("runon", NULL);
	/* With a dash it is an option, which runon has not before the node. */
	if (argv[1][0] == '-')
		return old_usage("runon", argv[1]);
	r = nodes_find(argv[1], false, &m.launch.node);
	return r ? r : run(&m, argc - 1, argv + 1);
}

int old_cpujob(int argc, char **argv)
{
	struct mosrun m = { .tool = "cpujob", .allowed = "0hz" };

	take_letter(&m, 'c');
	return run(&m, argc, argv);
}

int old_iojob(int argc, char **argv)
{
	struct mosrun m = { .tool = "iojob", .allowed = "0hz" };

	take_letter(&m, 'i');
	return run(&m, argc, argv);
}

/* nodecay, slowdecay, fastdecay */
int old_decay(int argc, char **argv)
{
	struct mosrun m = { .tool = old_find(argv[0])->name,
			    .decay = true,
			    .allowed = "0hz" };

	old_leave_out(m.tool, no_decay);
	return run(&m, argc, argv);
}
