// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top: bars of nodes.
 */
#include <stdio.h>
#include <string.h>

#include "top.h"

#define BAR_MAX 52

/* Where things are in a line with two bars. */
struct layout {
	int number, name, bar; /* widths */
	int name_at, cpu, cpu_text, memory, memory_text, guests, link;
};

/* Few have nodes whose numbers need more than three digits. */
static int number_width(const struct top *top)
{
	for (size_t i = 0; i < top->n_nodes; i++)
		if (top->nodes[i].number >= 1000)
			return 5;
	return 3;
}

static struct layout lay_out(const struct top *top, int columns)
{
	struct layout l = { .number = number_width(top),
			    .name = columns >= 110 ? 24 : 12 };
	int fixed = l.number + 1 + l.name + 2 + 5 + 1 + 11 + 7 + 5;

	l.bar = (columns - fixed) / 2;
	if (l.bar > BAR_MAX)
		l.bar = BAR_MAX;
	l.name_at = l.number + 1;
	l.cpu = l.name_at + l.name + 2;
	l.cpu_text = l.cpu + l.bar;
	l.memory = l.cpu_text + 6;
	l.memory_text = l.memory + l.bar;
	l.guests = l.memory_text + 11;
	l.link = l.guests + 8;
	return l;
}

static void paint_titles(struct top_canvas *c, int row, const struct layout *l)
{
	canvas_put(c, row, 0, l->number, true, TONE_FAINT, "N");
	canvas_put(c, row, l->name_at, l->name, false, TONE_FAINT, "NODE");
	canvas_put(c, row, l->cpu, 3, false, TONE_FAINT, "CPU");
	canvas_put(c, row, l->memory, 6, false, TONE_FAINT, "MEMORY");
	canvas_put(c, row, l->guests, 7, true, TONE_FAINT, "GUESTS");
	canvas_put(c, row, l->link, 4, false, TONE_FAINT, "LINK");
}

static void paint_name(struct top_canvas *c, int row, const struct layout *l,
		       const struct top_node *n)
{
	enum tone tone = strcmp(n->status, "up") == 0 ?
				 n->self ? TONE_STRONG : TONE_PLAIN :
				 show_status_tone(n->status);

	if (n->number)
		canvas_print(c, row, 0, l->number, tone, "%*u", l->number,
			     n->number);
	canvas_print(c, row, l->name_at, l->name + 1, tone, "%s%s", n->name,
		     n->self ? "*" : "");
}

static struct canvas_bar use_of(const struct top_node *n)
{
	double share = n->load > 0 ? n->guest_load / n->load : 0;

	share = share > 1 ? 1 : share;
	return (struct canvas_bar){ n->util * (1 - share), n->util * share,
				    n->util > 0.9 ? TONE_WARN : TONE_GOOD,
				    TONE_STRONG };
}

static double used(const struct top_node *n)
{
	return n->memory > 0 ? 1 - (double)n->free / (double)n->memory : 0;
}

static void paint_line(struct top_canvas *c, int row, const struct layout *l,
		       const struct top_node *n)
{
	struct canvas_bar cpu = use_of(n);
	struct canvas_bar memory = { used(n), 0,
				     used(n) > 0.9 ? TONE_BAD : TONE_GOOD,
				     TONE_PLAIN };
	char of[SHOW_SHORT], text[SHOW_SHORT];

	paint_name(c, row, l, n);
	if (strcmp(n->status, "up") != 0) {
		canvas_put(c, row, l->cpu, 12, false,
			   show_status_tone(n->status), n->status);
		return;
	}
	canvas_bar(c, row, l->cpu, l->bar, &cpu);
	canvas_print(c, row, l->cpu_text, 5, TONE_PLAIN, "%4.0f%%",
		     n->util * 100);
	canvas_bar(c, row, l->memory, l->bar, &memory);
	show_bytes(text, (uint64_t)(n->memory - n->free));
	show_bytes(of, (uint64_t)n->memory);
	canvas_print(c, row, l->memory_text, 11, TONE_PLAIN, " %s/%s", text,
		     of);
	canvas_print(c, row, l->guests, 7, TONE_PLAIN, "%7d", n->guests);
	canvas_put(c, row, l->link, 4, false,
		   n->linked ? TONE_GOOD : TONE_FAINT,
		   n->self   ? "-" :
		   n->linked ? "up" :
			       "none");
}

void top_paint_node_lines(const struct top *top, struct top_canvas *canvas,
			  int row, int rows)
{
	struct layout l = lay_out(top, canvas->columns);
	size_t room = (size_t)rows - 1, n = top->n_nodes;

	paint_titles(canvas, row, &l);
	if (n > room)
		n = room - 1;
	for (size_t i = 0; i < n; i++)
		paint_line(canvas, row + 1 + (int)i, &l, &top->nodes[i]);
	if (n < top->n_nodes)
		canvas_print(canvas, row + rows - 1, l.name_at,
			     canvas->columns - l.name_at, TONE_FAINT,
			     "and %zu more (n: nodes alone)", top->n_nodes - n);
}

/* --- all nodes, one bar each --- */

static const char *const bar_titles[] = {
	[TOP_BAR_UTIL] = "CPUs in use: # own work, + guests",
	[TOP_BAR_LOAD] = "processes that want a CPU: # own, + guests",
	[TOP_BAR_SPEED] = "speed of all its CPUs, 1000: one reference CPU",
	[TOP_BAR_MEMORY] = "memory: # used, + free",
};

/* What a full bar stands for. */
static double value_of(const struct top_node *n, enum top_bar bar)
{
	switch (bar) {
	case TOP_BAR_UTIL:
		return 1;
	case TOP_BAR_LOAD:
		return n->load;
	case TOP_BAR_SPEED:
		return (double)n->speed * n->cpus;
	case TOP_BAR_MEMORY:
		return (double)n->memory;
	}
	return 1;
}

static double largest(const struct top *top)
{
	double most = top->bar == TOP_BAR_LOAD ? 1 : 0;

	for (size_t i = 0; i < top->n_nodes; i++) {
		double value = value_of(&top->nodes[i], top->bar);

		most = value > most ? value : most;
	}
	return most > 0 ? most : 1;
}

static struct canvas_bar bar_of(const struct top_node *n, enum top_bar bar,
				double most)
{
	struct canvas_bar b = { value_of(n, bar) / most, 0, TONE_GOOD,
				TONE_STRONG };

	switch (bar) {
	case TOP_BAR_UTIL:
		return use_of(n);
	case TOP_BAR_LOAD:
		b.second = n->guest_load / most;
		b.first -= b.second;
		break;
	case TOP_BAR_SPEED:
		break;
	case TOP_BAR_MEMORY:
		b.second = (double)n->free / most;
		b.first -= b.second;
		b.second_tone = TONE_FAINT;
		break;
	}
	return b;
}

static void bar_text(char ret[32], const struct top_node *n, enum top_bar bar)
{
	char text[SHOW_SHORT], of[SHOW_SHORT];

	switch (bar) {
	case TOP_BAR_UTIL:
		snprintf(ret, 32, "%3.0f%% of %d", n->util * 100, n->cpus);
		return;
	case TOP_BAR_LOAD:
		snprintf(ret, 32, "%6.2f", n->load);
		return;
	case TOP_BAR_SPEED:
		snprintf(ret, 32, "%d x %d", n->cpus, (int)n->speed);
		return;
	case TOP_BAR_MEMORY:
		show_bytes(text, (uint64_t)(n->memory - n->free));
		show_bytes(of, (uint64_t)n->memory);
		snprintf(ret, 32, "%s of %s", text, of);
		return;
	}
}

static void paint_one(const struct top *top, struct top_canvas *c, int row,
		      const struct layout *l, const struct top_node *n,
		      double most)
{
	int start = l->cpu, width = c->columns - start - 14;
	struct canvas_bar bar = bar_of(n, top->bar, most);
	char text[32];

	paint_name(c, row, l, n);
	if (strcmp(n->status, "up") != 0) {
		canvas_put(c, row, start, 12, false,
			   show_status_tone(n->status), n->status);
		return;
	}
	canvas_bar(c, row, start, width, &bar);
	bar_text(text, n, top->bar);
	canvas_put(c, row, start + width + 1, 13, false, TONE_PLAIN, text);
}

static void paint_totals(const struct top *top, struct top_canvas *c, int row)
{
	int64_t memory = 0, unused = 0, speed = 0;
	char text[SHOW_SHORT], of[SHOW_SHORT];
	double load = 0;
	int cpus = 0;

	for (size_t i = 0; i < top->n_nodes; i++) {
		const struct top_node *n = &top->nodes[i];

		if (strcmp(n->status, "up") != 0)
			continue;
		memory += n->memory;
		unused += n->free;
		speed += n->speed * n->cpus;
		load += n->load;
		cpus += n->cpus;
	}
	show_bytes(text, (uint64_t)(memory - unused));
	show_bytes(of, (uint64_t)memory);
	canvas_print(c, row, 4, c->columns - 4, TONE_STRONG,
		     "total: %d CPUs, load %.2f, speed %d, memory %s of %s",
		     cpus, load, (int)speed, text, of);
}

void top_paint_nodes(struct top *top, struct top_canvas *canvas, int row,
		     int rows)
{
	struct layout l = lay_out(top, canvas->columns);
	double most = largest(top);
	int end = row + rows;

	canvas_put(canvas, row++, 4, canvas->columns - 4, false, TONE_FAINT,
		   bar_titles[top->bar]);
	if (top->totals)
		paint_totals(top, canvas, row++);
	top->page = (size_t)(end - row);
	for (size_t i = top->node_offset; i < top->n_nodes && row < end; i++)
		if (top->dead || strcmp(top->nodes[i].status, "down") != 0)
			paint_one(top, canvas, row++, &l, &top->nodes[i], most);
	if (top->n_nodes == 0)
		canvas_put(canvas, row, 4, canvas->columns - 4, false,
			   TONE_FAINT, "no nodes are known");
}
