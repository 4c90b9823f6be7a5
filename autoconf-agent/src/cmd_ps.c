// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess ps: processes of this node that are away, and guests that are here.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "proc.h"
#include "tess.h"
#include "tess_nodes.h"
#include "tess_process.h"
#include "tess_show.h"

/* Negative numbers and empty texts are not known. */
struct row {
	pid_t pid, home_pid;
	bool guest;
	unsigned int home, at; /* nodes; 0: this one, which has no number yet */
	double cpu;	       /* per cent of a CPU, over its life */
	int64_t memory, moves;
	char user[USER_SIZE], command[COMMAND_SIZE];
};

struct list {
	json_t *nodes; /* of the agent, or NULL */
	unsigned int self;
	double uptime;
	json_t *json;	     /* one of these two */
	struct table *table; /* for people */
	size_t rows;
};

/* --- for programs, and for people --- */

static void add_json(struct list *l, const struct row *r)
{
	json_t *o = json_pack(
		"{s:i, s:b, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "pid",
		(int)r->pid, "guest", r->guest, "home_pid",
		(json_int_t)r->home_pid, "user",
		*r->user ? show_json_text(r->user) : json_null(), "home",
		r->home ? json_integer(r->home) : json_null(), "runs_on",
		r->at ? json_integer(r->at) : json_null(), "cpu",
		r->cpu >= 0 ? json_real(r->cpu) : json_null(), "mem",
		r->memory >= 0 ? json_integer(r->memory) : json_null(), "moves",
		r->moves >= 0 ? json_integer(r->moves) : json_null());

	json_object_set_new(o, "command", show_json_text(r->command));
	json_array_append_new(l->json, o);
}

static void add_text(struct list *l, const char *text)
{
	table_add(l->table, TONE_PLAIN, *text ? text : "-");
}

static void add_node(struct list *l, unsigned int number)
{
	const char *name = nodes_name(l->nodes, number);
	char text[64] = "";

	if (name)
		snprintf(text, sizeof(text), "%s", name);
	else if (number)
		snprintf(text, sizeof(text), "%u", number);
	else
		gethostname(text, sizeof(text) - 1);
	add_text(l, text);
}

static void add_cells(struct list *l, const struct row *r)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", r->pid);
	add_text(l, text);
	add_text(l, r->user);
	add_node(l, r->home);
	add_node(l, r->at);
	*text = '\0';
	if (r->cpu >= 0)
		snprintf(text, sizeof(text), "%.0f", r->cpu);
	add_text(l, text);
	*text = '\0';
	if (r->memory >= 0)
		show_bytes(text, (uint64_t)r->memory);
	add_text(l, text);
	*text = '\0';
	if (r->moves >= 0)
		snprintf(text, sizeof(text), "%" PRId64, r->moves);
	add_text(l, text);
	add_text(l, r->command);
}

static void add(struct list *l, const struct row *r)
{
	l->rows++;
	if (l->json)
		add_json(l, r);
	else
		add_cells(l, r);
}

/* --- what /proc knows --- */

/* As ps(1) computes it: CPU time over the time since the start. */
static double cpu_share(const struct list *l, const struct proc_stat *s)
{
	double hz = (double)sysconf(_SC_CLK_TCK);
	double life = l->uptime - (double)s->start / hz;

	if (l->uptime <= 0 || life <= 0)
		return -1;
	return (double)s->ticks / hz / life * 100;
}

/* Its memory is elsewhere, how much of it nobody tells here. */
static void add_away(struct list *l, pid_t pid)
{
	struct row row = { .pid = pid,
			   .home_pid = pid,
			   .home = l->self,
			   .cpu = -1,
			   .memory = -1,
			   .moves = -1 };
	struct proc_stat stat = { 0 };
	int64_t where;

	if (proc_read_number(&where, "%d/where", pid) < 0 || where <= 0)
		return;
	row.at = (unsigned int)where;
	if (proc_stat_read(&stat, pid) == 0)
		row.cpu = cpu_share(l, &stat);
	(void)proc_read_number(&row.moves, "%d/nmigs", pid);
	process_command(row.command, pid, stat.comm);
	(void)process_user(row.user, pid);
	add(l, &row);
}

static int compare_pids(const void *a, const void *b)
{
	const pid_t *p = a, *q = b;

	return (*p > *q) - (*p < *q);
}

static void add_all_away(struct list *l)
{
	cleanup_free pid_t *pids = NULL;
	size_t n = 0, room = 0;
	DIR *dir = opendir(proc_root);
	struct dirent *entry;
	pid_t pid;

	while (dir && (entry = readdir(dir))) {
		if (proc_pid_parse(&pid, entry->d_name) < 0)
			continue;
		if (n == room) {
			pid_t *more;

			room = room ? room * 2 : 256;
			more = reallocarray(pids, room, sizeof(*pids));
			if (!more)
				break;
			pids = more;
		}
		pids[n++] = pid;
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(pids, n, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < n; i++)
		add_away(l, pids[i]);
}

/* It has the CPU time that it used at home, too, but starts when it comes: a share
 * would be of nothing. */
static void add_guest(const struct proc_guest *g, void *userdata)
{
	struct list *l = userdata;
	struct row row = { .pid = g->pid,
			   .home_pid = g->home_pid,
			   .guest = true,
			   .home = g->node,
			   .at = l->self,
			   .cpu = -1,
			   .memory = -1,
			   .moves = -1 };
	struct proc_stat stat;

	if (proc_stat_read(&stat, g->pid) == 0)
		row.memory = (int64_t)stat.pages * sysconf(_SC_PAGESIZE);
	snprintf(row.command, sizeof(row.command), "%s", g->comm);
	add(l, &row);
}

static void fill(struct list *l)
{
	char text[64];

	l->nodes = nodes_ask();
	l->self = nodes_self(l->nodes);
	if (proc_read_line(text, sizeof(text), "uptime") == 0)
		l->uptime = strtod(text, NULL);
	add_all_away(l);
	proc_guests(add_guest, l);
	json_decref(l->nodes);
}

static const struct table_column columns[] = {
	{ "PID", true },      { "USER", false },    { "HOME", false },
	{ "RUNS ON", false }, { "CPU%", true },	    { "MEM", true },
	{ "MOVES", true },    { "COMMAND", false },
};

int cmd_ps(const struct tess_command *self, int argc, char **argv, bool json)
{
	struct list list = { 0 };
	json_t *reply;

	if (argc > 1)
		return tess_usage(self, json, argv[1]);
	if (!proc_has("hpc"))
		return process_no_kernel(json);
	if (json) {
		list.json = json_array();
		fill(&list);
		reply = json_pack("{s:o}", "processes", list.json);
		tess_print(reply);
		json_decref(reply);
		return TESS_OK;
	}
	list.table = table_new(columns, sizeof(columns) / sizeof(*columns));
	fill(&list);
	if (list.rows)
		table_print(list.table, stdout, show_colours(STDOUT_FILENO), 0,
			    SIZE_MAX);
	else
		puts("no process is away, and no guest is here");
	table_free(list.table);
	return TESS_OK;
}
