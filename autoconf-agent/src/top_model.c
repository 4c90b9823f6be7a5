// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top: which processes are listed, in which order, and which is selected.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

void top_init(struct top *top, int64_t uid)
{
	*top = (struct top){ .uid = uid, .others = uid == 0, .page = 1 };
}

void top_finish(struct top *top)
{
	free(top->nodes);
	free(top->processes);
	free(top->shown);
	*top = (struct top){ 0 };
}

static bool is_shown(const struct top *top, const struct top_process *p)
{
	if (p->guest)
		return true;
	if (!top->others && p->uid != top->uid)
		return false;
	return top->all || p->movable || p->locked || p->at != p->home;
}

static int compare_numbers(double a, double b)
{
	return (a < b) - (a > b); /* the largest first */
}

static int compare(const void *a, const void *b, void *userdata)
{
	const struct top *top = userdata;
	const struct top_process *p = &top->processes[*(const size_t *)a];
	const struct top_process *q = &top->processes[*(const size_t *)b];
	int r = 0;

	switch (top->sort) {
	case TOP_BY_CPU:
		r = compare_numbers(p->cpu, q->cpu);
		break;
	case TOP_BY_MEMORY:
		r = compare_numbers((double)p->memory, (double)q->memory);
		break;
	case TOP_BY_PID:
		break;
	}
	return r ? r : (p->pid > q->pid) - (p->pid < q->pid);
}

static size_t place_of(const struct top *top, pid_t pid)
{
	for (size_t i = 0; i < top->n_shown; i++)
		if (top->processes[top->shown[i]].pid == pid)
			return i;
	return top->n_shown;
}

/* The selected process is in sight; if it is gone, the one in its place is. */
static void follow_selection(struct top *top, size_t before)
{
	size_t at = top->picked ? place_of(top, top->selected) : 0;

	if (at == top->n_shown && top->n_shown > 0)
		at = before < top->n_shown ? before : top->n_shown - 1;
	top->selected = at < top->n_shown ? top->processes[top->shown[at]].pid :
					    0;
	if (at < top->offset)
		top->offset = at;
	if (at >= top->offset + top->page)
		top->offset = at - top->page + 1;
	if (top->offset + top->page > top->n_shown)
		top->offset =
			top->n_shown > top->page ? top->n_shown - top->page : 0;
}

void top_arrange(struct top *top)
{
	size_t before = place_of(top, top->selected), n = 0;
	size_t *shown = reallocarray(
		NULL, top->n_processes ? top->n_processes : 1, sizeof(*shown));

	if (!shown)
		return;
	for (size_t i = 0; i < top->n_processes; i++)
		if (is_shown(top, &top->processes[i]))
			shown[n++] = i;
	qsort_r(shown, n, sizeof(*shown), compare, top);
	free(top->shown);
	top->shown = shown;
	top->n_shown = n;
	follow_selection(top, before);
}

const struct top_process *top_selected(const struct top *top)
{
	size_t at = place_of(top, top->selected);

	return at < top->n_shown ? &top->processes[top->shown[at]] : NULL;
}

const struct top_process *top_asked(const struct top *top)
{
	for (size_t i = 0; i < top->n_processes; i++)
		if (top->processes[i].pid == top->asked &&
		    top->processes[i].start == top->asked_start)
			return &top->processes[i];
	return NULL;
}

void top_node_name(const struct top *top, unsigned int number,
		   char ret[TOP_NAME])
{
	for (size_t i = 0; i < top->n_nodes; i++)
		if (top->nodes[i].number == number && number) {
			snprintf(ret, TOP_NAME, "%s", top->nodes[i].name);
			return;
		}
	if (number)
		snprintf(ret, TOP_NAME, "node %u", number);
	else
		snprintf(ret, TOP_NAME, "%s", top->host);
}

void top_say(struct top *top, enum tone tone, const char *message)
{
	snprintf(top->message, sizeof(top->message), "%s", message);
	top->message_tone = tone;
}
