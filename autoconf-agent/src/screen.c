// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `tess screen` paints. Plain ASCII and the eight colours: a serial line
 * and a kernel console show it alike. Only what changes seldom is on it, so
 * that it is seldom painted.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "tess_show.h"

/* Lines are collected and cut at the edge. */
struct page {
	FILE *to;
	int rows, columns;
	int row;
	bool colours;
};

/* Prints a text that ends a line, or what of it fits into width columns. */
static void put(struct page *p, int width, enum tone tone, const char *text)
{
	char piece[512];
	size_t len = 0;
	FILE *clean;

	if (width <= 0)
		return;
	clean = fmemopen(piece, sizeof(piece), "w");
	if (!clean)
		return;
	show_clean(clean, text);
	fclose(clean);
	piece[sizeof(piece) - 1] = '\0';
	for (int w = 0; piece[len] && w < width; w++) {
		len++;
		while ((piece[len] & 0xc0) == 0x80)
			len++;
	}
	piece[len] = '\0';
	show_tone(p->to, p->colours, tone, piece);
}

/* Ends a line; false when the page is full, with room kept for the last bar. */
static bool next(struct page *p)
{
	fputc('\n', p->to);
	return ++p->row < p->rows - 1;
}

static void bar(struct page *p, const char *left, const char *right)
{
	int width = p->columns - 1; /* the last column may scroll */
	int gap = width - show_width(left) - show_width(right) - 2;
	char line[512];

	snprintf(line, sizeof(line), " %.200s%*s%.200s ", left,
		 gap > 1 ? gap : 1, "", gap > 1 ? right : "");
	put(p, width, TONE_BAR, line);
}

/* "   Label     text" */
static bool field(struct page *p, const char *label, enum tone tone,
		  const char *text)
{
	fprintf(p->to, "   ");
	show_tone(p->to, p->colours, TONE_FAINT, label);
	fprintf(p->to, "%*s", 11 - show_width(label), "");
	put(p, p->columns - 15, tone, text);
	return next(p);
}

/* A text of more than one line, broken at blanks. */
static void field_wrapped(struct page *p, const char *label, enum tone tone,
			  const char *text)
{
	int width = p->columns - 15;
	char line[256];

	while (*text) {
		size_t len = strlen(text), end;

		if (len > (size_t)width)
			len = (size_t)width;
		if (len >= sizeof(line))
			len = sizeof(line) - 1;
		end = len;
		if (text[len] && text[len] != ' ')
			while (end > 0 && text[end] != ' ')
				end--;
		if (end == 0)
			end = len; /* one long word */
		memcpy(line, text, end);
		line[end] = '\0';
		if (!field(p, label, tone, line))
			return;
		text += end;
		text += *text == ' ';
		label = "";
	}
}

static void paint_node(struct page *p, const json_t *s)
{
	const char *state = show_string(s, "state");
	const char *cluster = show_string(s, "cluster");
	int64_t id = show_integer(s, "id");
	const char *problem =
		show_string(json_object_get(s, "error"), "message");
	char text[256];

	if (*problem)
		snprintf(text, sizeof(text), "%s", problem);
	else if (strcmp(state, "member") == 0 || strcmp(state, "alone") == 0)
		snprintf(text, sizeof(text), "node %" PRId64 " of cluster %s%s",
			 id, cluster,
			 strcmp(state, "alone") == 0 ?
				 ": alone, others may join" :
				 "");
	else if (strcmp(state, "joining") == 0)
		snprintf(text, sizeof(text), "joining cluster %s ...", cluster);
	else
		snprintf(text, sizeof(text), "%s", state);
	field_wrapped(p, "State", show_state_tone(state), text);
	field_wrapped(p, "", TONE_PLAIN,
		      show_string(json_object_get(s, "error"), "hint"));
	if (*show_string(s, "address"))
		field(p, "Address", TONE_PLAIN, show_string(s, "address"));
}

static void paint_network(struct page *p, const json_t *s)
{
	const json_t *list = json_object_get(s, "interfaces");
	const char *label = "Network";
	json_t *interface, *address;
	size_t i, k;

	if (json_array_size(list) == 0)
		field(p, label, TONE_BAD, "no link with an address");
	json_array_foreach(list, i, interface) {
		char text[256];
		size_t len;

		if (i >= 4)
			break;
		len = (size_t)snprintf(text, sizeof(text), "%-8.16s",
				       show_string(interface, "name"));
		json_array_foreach(json_object_get(interface, "addresses"), k,
				   address) {
			const char *one = json_string_value(address);

			if (one && len < sizeof(text))
				len += (size_t)snprintf(text + len,
							sizeof(text) - len,
							" %.64s", one);
		}
		field(p, label, TONE_PLAIN, text);
		label = "";
	}
}

static void count_text(char *ret, size_t size, const json_t *nodes)
{
	snprintf(ret, size, "%" PRId64 " up", show_integer(nodes, "up"));
	for (int i = 0; i < 3; i++) {
		static const char *const words[] = { "suspect", "down",
						     "joining" };
		int64_t n = show_integer(nodes, words[i]);
		size_t len = strlen(ret);

		if (n)
			snprintf(ret + len, size - len, ", %" PRId64 " %s", n,
				 words[i]);
	}
}

static struct table *members_table(const json_t *nodes)
{
	static const struct table_column columns[] = {
		{ "", false },	     { "ID", true },	{ "NAME", false },
		{ "STATUS", false }, { "ROLE", false }, { "CPUS", true },
		{ "MEMORY", true },
	};
	struct table *t =
		table_new(columns, sizeof(columns) / sizeof(*columns));
	json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node) {
		const char *status = show_string(node, "status");
		char text[32];

		table_add(t, TONE_STRONG, show_true(node, "self") ? ">" : " ");
		snprintf(text, sizeof(text), "%" PRId64,
			 show_integer(node, "id"));
		table_add(t, TONE_PLAIN, strcmp(text, "0") ? text : "-");
		snprintf(text, sizeof(text), "%.24s",
			 show_string(node, "name"));
		table_add(t, TONE_STRONG, text);
		table_add(t, show_status_tone(status), status);
		table_add(t, TONE_PLAIN, show_string(node, "role"));
		snprintf(text, sizeof(text), "%" PRId64,
			 show_integer(node, "cpus"));
		table_add(t, TONE_PLAIN, text);
		show_bytes(text, (uint64_t)show_integer(node, "mem"));
		table_add(t, TONE_PLAIN, text);
	}
	return t;
}

static void paint_members(struct page *p, const json_t *state)
{
	const json_t *nodes = json_object_get(state, "nodes");
	size_t n = json_array_size(nodes), shown = n;
	/* The heading, one line to breathe, and the bar are kept. */
	int room = p->rows - p->row - 4;
	struct table *t;
	char text[128];

	if (n == 0 || room < 2)
		return;
	next(p);
	count_text(text, sizeof(text),
		   json_object_get(json_object_get(state, "status"), "nodes"));
	field(p, "Members", TONE_PLAIN, text);
	room = p->rows - p->row - 3;
	if ((int)n > room)
		shown = room > 1 ? (size_t)room - 1 : 0;
	t = members_table(nodes);
	table_print(t, p->to, p->colours, 1, shown);
	p->row += (int)shown + 1;
	table_free(t);
	if (shown < n) {
		snprintf(text, sizeof(text),
			 "     and %zu more: 'tess nodes' lists all",
			 n - shown);
		put(p, p->columns - 1, TONE_FAINT, text);
		next(p);
	}
}

static void paint_strangers(struct page *p, const json_t *s)
{
	const json_t *list = json_object_get(s, "strangers");
	const char *label = "Strangers";
	json_t *stranger;
	size_t i;

	if (json_array_size(list) == 0 || p->row >= p->rows - 3)
		return;
	next(p);
	json_array_foreach(list, i, stranger) {
		char text[256];

		if (p->row >= p->rows - 2 || i >= 3)
			break;
		snprintf(text, sizeof(text), "%s at %s: %s",
			 show_string(stranger, "name"),
			 show_string(stranger, "address"),
			 show_string(stranger, "reason"));
		field(p, label, TONE_WARN, text);
		label = "";
	}
}

static void paint(struct page *p, const json_t *state, const char *host)
{
	const json_t *s = json_object_get(state, "status");
	const char *name = show_string(s, "name");
	const char *version = show_string(s, "version");
	char title[64];

	snprintf(title, sizeof(title), "Tessera %.32s", version);
	bar(p, title, *name ? name : host);
	next(p);
	next(p);
	if (!s) {
		field(p, "State", TONE_WARN, "the agent is starting ...");
	} else {
		paint_node(p, s);
		paint_network(p, s);
		paint_members(p, state);
		paint_strangers(p, s);
	}
	while (next(p))
		;
	bar(p, "Enter: a shell", "tess help: what one can do");
}

char *screen_paint(const json_t *state, const char *host, int rows, int columns,
		   bool colours)
{
	struct page page = { .rows = rows,
			     .columns = columns,
			     .colours = colours };
	char *text = NULL;
	size_t len = 0;

	if (rows < SCREEN_ROWS_MIN)
		page.rows = SCREEN_ROWS_MIN;
	if (columns < SCREEN_COLUMNS_MIN)
		page.columns = SCREEN_COLUMNS_MIN;
	page.to = open_memstream(&text, &len);
	if (!page.to)
		return NULL;
	paint(&page, state, host);
	if (fclose(page.to) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
