// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top: the picture, from 70x10 up.
 */
#include <stdio.h>
#include <string.h>

#include "top.h"

#define WIDE 110 /* columns from which names have room */

/* Columns of the list of processes. */
struct field {
	const char *title;
	int width, wide;
	bool right;
};

enum field_id {
	FIELD_PID,
	FIELD_USER,
	FIELD_HOME,
	FIELD_AT,
	FIELD_CPU,
	FIELD_MEMORY,
	FIELD_NICE,
	FIELD_STATE,
	FIELD_COMMAND,
};

static const struct field fields[] = {
	[FIELD_PID] = { "PID", 7, 7, true },
	[FIELD_USER] = { "USER", 8, 12, false },
	[FIELD_HOME] = { "HOME", 11, 20, false },
	[FIELD_AT] = { "RUNS ON", 11, 20, false },
	[FIELD_CPU] = { "CPU%", 4, 5, true },
	[FIELD_MEMORY] = { "MEM", 4, 5, true },
	[FIELD_NICE] = { "NI", 3, 3, true },
	[FIELD_STATE] = { "S", 2, 2, false },
	[FIELD_COMMAND] = { "COMMAND", 0, 0, false }, /* the rest */
};

static void field_text(const struct top *top, const struct top_process *p,
		       enum field_id id, char ret[TOP_COMMAND])
{
	char text[TOP_NAME] = "";

	switch (id) {
	case FIELD_PID:
		snprintf(ret, TOP_COMMAND, "%d", p->pid);
		return;
	case FIELD_USER:
		snprintf(ret, TOP_COMMAND, "%s", *p->user ? p->user : "-");
		return;
	case FIELD_HOME:
		top_node_name(top, p->home, text);
		break;
	case FIELD_AT:
		if (p->at == p->home)
			snprintf(text, sizeof(text), "home");
		else
			top_node_name(top, p->at, text);
		break;
	case FIELD_CPU:
		if (p->cpu >= 0)
			snprintf(text, sizeof(text), "%.0f", p->cpu);
		break;
	case FIELD_MEMORY:
		if (p->memory >= 0)
			show_bytes(text, (uint64_t)p->memory);
		break;
	case FIELD_NICE:
		snprintf(text, sizeof(text), "%d", p->nice);
		break;
	case FIELD_STATE:
		snprintf(text, sizeof(text), "%c%s", p->state ? p->state : '-',
			 p->locked ? "L" : "");
		break;
	case FIELD_COMMAND:
		snprintf(ret, TOP_COMMAND, "%s", p->command);
		return;
	}
	snprintf(ret, TOP_COMMAND, "%s", *text ? text : "-");
}

static enum tone process_tone(const struct top_process *p)
{
	if (p->guest)
		return TONE_WARN;
	if (p->at != p->home)
		return TONE_GOOD;
	return p->movable || p->locked ? TONE_PLAIN : TONE_FAINT;
}

/* One line of the list; without a process its titles. */
static void paint_process(const struct top *top, struct top_canvas *c, int row,
			  const struct top_process *p)
{
	enum tone tone = p ? process_tone(p) : TONE_BAR;
	char text[TOP_COMMAND];
	int column = 0;

	for (enum field_id id = FIELD_PID; id <= FIELD_COMMAND; id++) {
		const struct field *f = &fields[id];
		int width = c->columns >= WIDE ? f->wide : f->width;

		if (id == FIELD_COMMAND)
			width = c->columns - column;
		if (p)
			field_text(top, p, id, text);
		else
			snprintf(text, sizeof(text), "%s", f->title);
		canvas_put(c, row, column, width, f->right, tone, text);
		column += width + 1;
	}
	if (!p || p->pid == top->selected)
		canvas_tone(c, row, TONE_BAR);
}

static void paint_list(struct top *top, struct top_canvas *c, int row, int rows)
{
	paint_process(top, c, row, NULL);
	top->page = rows > 1 ? (size_t)rows - 1 : 1;
	top_arrange(top);
	if (top->n_shown == 0)
		canvas_put(c, row + 2, 2, c->columns - 2, false, TONE_FAINT,
			   "no process can move (a: all processes, u: those "
			   "of other users)");
	for (size_t i = 0; i < top->page && top->offset + i < top->n_shown; i++)
		paint_process(top, c, row + 1 + (int)i,
			      &top->processes[top->shown[top->offset + i]]);
}

/* --- the first line and the last two --- */

static void paint_head(const struct top *top, struct top_canvas *c)
{
	size_t up = 0, away = 0, guests = 0;
	char text[160];

	for (size_t i = 0; i < top->n_nodes; i++)
		up += strcmp(top->nodes[i].status, "up") == 0;
	for (size_t i = 0; i < top->n_processes; i++) {
		guests += top->processes[i].guest;
		away += !top->processes[i].guest &&
			top->processes[i].at != top->processes[i].home;
	}
	canvas_put(c, 0, 0, 9, false, TONE_STRONG, "tess top");
	canvas_put(c, 0, 10, 24, false, TONE_PLAIN, top->host);
	if (top->agent)
		snprintf(text, sizeof(text),
			 "%zu of %zu nodes up, %zu away, %zu %s", up,
			 top->n_nodes, away, guests,
			 guests == 1 ? "guest" : "guests");
	else
		snprintf(text, sizeof(text), "the agent does not answer");
	canvas_put(c, 0, 26, c->columns - 36, false,
		   top->agent ? TONE_PLAIN : TONE_BAD, text);
	canvas_put(c, 0, c->columns - 8, 8, true, TONE_FAINT, top->clock);
}

static void paint_prompt(const struct top *top, struct top_canvas *c)
{
	static const char *const questions[] = {
		[TOP_PROMPT_NONE] = "",
		[TOP_PROMPT_MOVE] = "to which node (number, name or home)",
		[TOP_PROMPT_NICE] = "nice value, -20 to 19",
		[TOP_PROMPT_KILL] = "signal [TERM]",
	};

	canvas_print(c, c->rows - 1, 0, c->columns, TONE_STRONG, "%d: %s: %s_",
		     top->asked,
		     top_asked(top) ? questions[top->prompt] : "it has ended",
		     top->typed);
}

static void paint_keys(const struct top *top, struct top_canvas *c)
{
	static const char processes[] =
		"m move  b bring  l lock  s stop  r nice  k kill  n nodes  "
		"? help  q quit";
	static const char nodes[] =
		"u use  l load  s speed  m memory  d down  t totals  "
		"n processes  ? help  q quit";

	canvas_put(c, c->rows - 1, 0, c->columns, false, TONE_FAINT,
		   top->view == TOP_NODES ? nodes : processes);
}

static void paint_foot(const struct top *top, struct top_canvas *c)
{
	if (*top->message)
		canvas_put(c, c->rows - 2, 0, c->columns, false,
			   top->message_tone, top->message);
	if (top->prompt != TOP_PROMPT_NONE)
		paint_prompt(top, c);
	else
		paint_keys(top, c);
}

/* --- help --- */

static void paint_help(struct top_canvas *c)
{
	static const char *const lines[] = {
		"up, down, page up, page down, home, end   go through the list",
		"m  move the selected process to a node    b  bring it home",
		"l  lock it to where it is, or free it     s  stop it, or go on",
		"r  give it another nice value             k  send it a signal",
		"",
		"a  also processes that cannot move        u  of other users",
		"o  order by CPU, memory, PID              space  look now",
		"n  nodes alone: u use, l load, s speed, m memory,",
		"   d those that are down, too, t totals",
		"",
		"bars of CPUs: # own work, + guests        L  locked",
		"green: away from home   yellow: a guest   faint: cannot move",
		"",
		"any key goes back, q ends",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		canvas_put(c, 2 + (int)i, 2, c->columns - 2, false, TONE_PLAIN,
			   lines[i]);
}

/* --- all of it --- */

static void paint_both(struct top *top, struct top_canvas *c)
{
	int room = c->rows - 3, nodes = room / 3;
	int wanted = top->n_nodes ? (int)top->n_nodes + 1 : 0;

	if (wanted > nodes)
		wanted = nodes;
	if (wanted > 1)
		top_paint_node_lines(top, c, 1, wanted);
	else
		wanted = 0;
	paint_list(top, c, 1 + wanted, room - wanted);
}

void top_paint(struct top *top, struct top_canvas *canvas)
{
	if (canvas->rows < TOP_ROWS_MIN || canvas->columns < TOP_COLUMNS_MIN) {
		canvas_print(canvas, 0, 0, canvas->columns, TONE_BAD,
			     "at least %dx%d", TOP_COLUMNS_MIN, TOP_ROWS_MIN);
		return;
	}
	paint_head(top, canvas);
	switch (top->view) {
	case TOP_PROCESSES:
		paint_both(top, canvas);
		break;
	case TOP_NODES:
		top_paint_nodes(top, canvas, 1, canvas->rows - 3);
		break;
	case TOP_HELP:
		paint_help(canvas);
		return;
	}
	paint_foot(top, canvas);
}
