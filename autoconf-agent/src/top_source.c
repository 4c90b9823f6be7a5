// SPDX-License-Identifier: GPL-2.0-or-later
#include "top_source.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proc.h"
#include "tess_nodes.h"

static void read_node(struct top_node *n, const json_t *o)
{
	*n = (struct top_node){
		.number = (unsigned int)show_integer(o, "id"),
		.self = show_true(o, "self"),
		.linked = strcmp(show_string(o, "link"), "up") == 0,
		.cpus = (int)show_integer(o, "cpus"),
		.guests = (int)show_integer(o, "guests"),
		.load = show_real(o, "load"),
		.util = show_real(o, "util"),
		.guest_load = show_real(o, "guest_load"),
		.speed = show_integer(o, "speed"),
		.memory = show_integer(o, "mem"),
		.free = show_integer(o, "rmem"),
	};
	snprintf(n->name, sizeof(n->name), "%s", show_string(o, "name"));
	snprintf(n->status, sizeof(n->status), "%s", show_string(o, "status"));
	if (n->free > n->memory)
		n->free = n->memory;
}

void top_read_nodes(struct top *top, const json_t *reply)
{
	const json_t *list = json_object_get(reply, "nodes");
	struct top_node *nodes =
		calloc(json_array_size(list) + 1, sizeof(*nodes));
	json_t *o;
	size_t i;

	if (!nodes)
		return;
	free(top->nodes);
	top->nodes = nodes;
	top->n_nodes = json_array_size(list);
	top->agent = reply != NULL;
	json_array_foreach(list, i, o) {
		read_node(&nodes[i], o);
		if (top->first && nodes[i].number == top->first) {
			top->node_offset = i;
			top->first = 0;
		}
	}
	if (top->node_offset >= top->n_nodes)
		top->node_offset = 0;
}

/* --- processes --- */

struct list {
	struct top_process *all;
	size_t n, room;
	unsigned int self;
};

static struct top_process *add(struct list *l)
{
	struct top_process *p;

	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 256;

		p = reallocarray(l->all, room, sizeof(*p));
		if (!p)
			return NULL;
		l->all = p;
		l->room = room;
	}
	p = &l->all[l->n++];
	*p = (struct top_process){ .uid = -1, .cpu = -1, .memory = -1 };
	return p;
}

static bool read_stat(struct top_process *p, struct proc_stat *stat)
{
	if (proc_stat_read(stat, p->pid) < 0)
		return false;
	p->state = stat->state;
	p->nice = getpriority(PRIO_PROCESS, (id_t)p->pid);
	p->ticks = stat->ticks;
	p->start = stat->start;
	p->memory = (int64_t)stat->pages * sysconf(_SC_PAGESIZE);
	return true;
}

static void read_command(struct top_process *p, const char *comm)
{
	char command[COMMAND_SIZE];

	process_command(command, p->pid, comm);
	snprintf(p->command, sizeof(p->command), "%s", command);
}

/* Kernel threads, zombies and those of other PID name spaces are left out. */
static void read_own(struct list *l, pid_t pid)
{
	struct top_process *p = add(l);
	struct proc_stat stat;
	int64_t where = 0;
	char reason[REASON_SIZE];

	if (!p)
		return;
	p->pid = pid;
	p->home = l->self;
	(void)proc_read_number(&where, "%d/where", pid);
	if (!read_stat(p, &stat) || stat.state == 'Z' ||
	    (p->memory == 0 && where <= 0) || process_reason(reason, pid) < 0) {
		l->n--;
		return;
	}
	p->at = where > 0 ? (unsigned int)where : l->self;
	if (where > 0)
		p->memory = -1; /* it is there */
	p->locked = proc_locked(pid);
	p->movable = !*reason || process_reason_is_past(reason);
	p->uid = process_user(p->user, pid);
	read_command(p, stat.comm);
}

static void read_guest(const struct proc_guest *g, void *userdata)
{
	struct list *l = userdata;
	struct top_process *p = add(l);
	struct proc_stat stat;

	if (!p)
		return;
	p->pid = g->pid;
	p->guest = true;
	p->home = g->node;
	p->at = l->self;
	(void)read_stat(p, &stat);
	snprintf(p->command, sizeof(p->command), "%s", g->comm);
}

static bool is_guest(const struct list *l, size_t n_guests, pid_t pid)
{
	for (size_t i = 0; i < n_guests; i++)
		if (l->all[i].pid == pid)
			return true;
	return false;
}

static void read_all(struct list *l)
{
	DIR *dir = opendir(proc_root);
	struct dirent *entry;
	size_t n_guests;
	pid_t pid;

	proc_guests(read_guest, l);
	n_guests = l->n;
	while (dir && (entry = readdir(dir)))
		if (proc_pid_parse(&pid, entry->d_name) == 0 &&
		    !is_guest(l, n_guests, pid))
			read_own(l, pid);
	if (dir)
		closedir(dir);
}

static int compare_pids(const void *a, const void *b)
{
	const struct top_process *p = a, *q = b;

	return (p->pid > q->pid) - (p->pid < q->pid);
}

static void compare_times(const struct top *top, struct list *l, double seconds)
{
	double hz = (double)sysconf(_SC_CLK_TCK);

	if (seconds <= 0 || top->n_processes == 0)
		return;
	for (size_t i = 0; i < l->n; i++) {
		struct top_process *p = &l->all[i];
		const struct top_process *old =
			bsearch(p, top->processes, top->n_processes, sizeof(*p),
				compare_pids);

		if (old && old->start == p->start && p->ticks >= old->ticks)
			p->cpu = (double)(p->ticks - old->ticks) / hz /
				 seconds * 100;
	}
}

static unsigned int self_number(const struct top *top)
{
	for (size_t i = 0; i < top->n_nodes; i++)
		if (top->nodes[i].self)
			return top->nodes[i].number;
	return 0;
}

void top_read_processes(struct top *top, double seconds)
{
	struct list l = { .self = self_number(top) };

	read_all(&l);
	if (!l.all)
		return;
	qsort(l.all, l.n, sizeof(*l.all), compare_pids);
	compare_times(top, &l, seconds);
	free(top->processes);
	top->processes = l.all;
	top->n_processes = l.n;
	top_arrange(top);
	/* Who is first at the second look is known to be busy. */
	top->picked |= seconds > 0;
}
