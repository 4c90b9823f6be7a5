// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mtop and mosmon: tess top, as openMosix's users started it.
 */
#include <string.h>

#include "old.h"
#include "proc.h"
#include "top_run.h"

/* mtop [-] [d DELAY] [q] [c] [S] [s] [i], with or without dashes */
int old_mtop(int argc, char **argv)
{
	struct top_options o = { .delay_ms = TOP_DELAY_MS };

	for (int i = 1; i < argc; i++) {
		const char *a = argv[i], *p = a + (*a == '-');

		for (; *p; p++) {
			const char *value = p[1] ? p + 1 : argv[i + 1];

			if (*p == 'd' && value &&
			    top_delay_parse(&o.delay_ms, value) == 0) {
				i += !p[1];
				break;
			}
			if (*p == 'q')
				o.delay_ms = TOP_DELAY_MIN_MS;
			else if (*p == 's')
				o.watch = true;
			else if (*p == 'S')
				return old_refuse("S",
						  "the time of children "
						  "that ended is not added "
						  "to their parent's");
			else if (*p == 'i')
				old_leave_out("i", "what is idle is at the end "
						   "of the list");
			else if (*p != 'c') /* always the command line */
				return old_usage("mtop", a);
		}
	}
	return top_run(&o);
}

static bool take_letter(struct top_options *o, char letter)
{
	switch (letter) {
	case 's':
		o->bar = TOP_BAR_SPEED;
		return true;
	case 'm':
	case 'r': /* there is one kind of memory here */
		o->bar = TOP_BAR_MEMORY;
		return true;
	case 'u':
		o->bar = TOP_BAR_UTIL;
		return true;
	case 'l':
		o->bar = TOP_BAR_LOAD;
		return true;
	case 'd':
		o->dead = true;
		return true;
	case 't':
		o->totals = true;
		return true;
	}
	return false;
}

/* mosmon [-w|-v|-V|-a] [-s|-m|-r|-u|-l|-L] [-d] [-t] [+NODE] [-F KVER] [-h|-H] */
int old_mosmon(int argc, char **argv)
{
	struct top_options o = { .delay_ms = TOP_DELAY_MS,
				 .view = TOP_NODES,
				 .bar = TOP_BAR_LOAD };
	pid_t number;

	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (*a == '+' && proc_pid_parse(&number, a + 1) == 0) {
			o.first = (unsigned int)number;
			continue;
		}
		if (*a != '-' || !a[1] || a[2])
			return old_usage("mosmon", a);
		if (a[1] == 'h' || a[1] == 'H')
			return old_help("mosmon");
		if (strchr("wvVa", a[1]))
			old_leave_out(a, "each node has a line of its own, "
					 "and none needs another numbering");
		else if (a[1] == 'L')
			old_leave_out(a, "bars are linear");
		else if (a[1] == 'F' && ++i < argc)
			old_leave_out(a, "all nodes of a cluster have the "
					 "same kernel");
		else if (!take_letter(&o, a[1]))
			return old_usage("mosmon", a);
	}
	return top_run(&o);
}
