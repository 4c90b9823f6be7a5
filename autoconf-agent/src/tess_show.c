// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tess(1) shows to people: clean text, colours, sizes, times and tables.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tess_show.h"

bool show_colours(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no && *no) &&
	       !(term && strcmp(term, "dumb") == 0);
}

static const char *const tones[] = {
	[TONE_PLAIN] = "",	  [TONE_GOOD] = "\033[32m",
	[TONE_WARN] = "\033[33m", [TONE_BAD] = "\033[1;31m",
	[TONE_FAINT] = "\033[2m", [TONE_STRONG] = "\033[1m",
	[TONE_BAR] = "\033[7m",
};

void show_tone_begin(FILE *to, bool colours, enum tone tone)
{
	if (colours)
		fputs(tones[tone], to);
}

void show_tone_end(FILE *to, bool colours, enum tone tone)
{
	if (colours && tone != TONE_PLAIN)
		fputs("\033[0m", to);
}

void show_tone(FILE *to, bool colours, enum tone tone, const char *text)
{
	colours = colours && *text;
	show_tone_begin(to, colours, tone);
	show_clean(to, text);
	show_tone_end(to, colours, tone);
}

/* Is this how a character of several bytes may begin? Not an overlong one, one
 * of half a pair or beyond the last one, nor a C1 control. */
static bool begins(const unsigned char *p)
{
	switch (*p) {
	case 0xc2:
	case 0xe0:
		return p[1] >= 0xa0;
	case 0xed:
		return p[1] <= 0x9f;
	case 0xf0:
		return p[1] >= 0x90;
	case 0xf4:
		return p[1] <= 0x8f;
	default:
		return *p > 0xc2 && *p < 0xf4;
	}
}

size_t show_character(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t len;

	if (*p < 0x80)
		return *p >= 0x20 && *p != 0x7f;
	if (!begins(p))
		return 0;
	len = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

void show_clean(FILE *to, const char *text)
{
	for (const char *p = text; *p;) {
		size_t len = show_character(p);

		if (len)
			fwrite(p, 1, len, to);
		else
			fputc('?', to);
		p += len ? len : 1;
	}
}

int show_width(const char *text)
{
	int width = 0;

	for (const char *p = text; *p; width++) {
		size_t len = show_character(p);

		p += len ? len : 1;
	}
	return width;
}

void show_bytes(char ret[SHOW_SHORT], uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	size_t unit = 0;
	uint64_t scaled = bytes * 10;

	if (bytes > UINT64_MAX / 10) {
		scaled = bytes / 1024 * 10;
		unit++;
	}
	/* Four digits would not be read at a glance. */
	while (scaled / 10 >= 1000 && unit + 2 < sizeof(units)) {
		scaled /= 1024;
		unit++;
	}
	if (unit > 0 && scaled < 100)
		snprintf(ret, SHOW_SHORT, "%" PRIu64 ".%" PRIu64 "%c",
			 scaled / 10, scaled % 10, units[unit]);
	else
		snprintf(ret, SHOW_SHORT, "%" PRIu64 "%c", scaled / 10,
			 units[unit]);
}

void show_age(char ret[SHOW_SHORT], int64_t seconds)
{
	if (seconds < 0)
		snprintf(ret, SHOW_SHORT, "-");
	else if (seconds < 100)
		snprintf(ret, SHOW_SHORT, "%" PRId64 "s", seconds);
	else if (seconds < 100 * 60)
		snprintf(ret, SHOW_SHORT, "%" PRId64 "m", seconds / 60);
	else if (seconds < 48 * 3600)
		snprintf(ret, SHOW_SHORT, "%" PRId64 "h", seconds / 3600);
	else
		snprintf(ret, SHOW_SHORT, "%" PRId64 "d", seconds / 86400);
}

const char *show_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int64_t show_integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

double show_real(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

bool show_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

json_t *show_json_text(const char *text)
{
	json_t *string = json_string(text);
	char clean[512];
	size_t i;

	if (string)
		return string;
	for (i = 0; text[i] && i < sizeof(clean) - 1; i++)
		clean[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	clean[i] = '\0';
	return json_string(clean);
}

struct cell {
	char *text;
	enum tone tone;
};

struct table {
	struct table_column columns[TABLE_COLUMNS_MAX];
	size_t n_columns, n_cells, room;
	struct cell *cells;
};

struct table *table_new(const struct table_column *columns, size_t count)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table || count == 0 || count > TABLE_COLUMNS_MAX) {
		free(table);
		return NULL;
	}
	memcpy(table->columns, columns, count * sizeof(*columns));
	table->n_columns = count;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

void table_add(struct table *table, enum tone tone, const char *text)
{
	if (!table)
		return;
	if (table->n_cells == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		struct cell *cells =
			reallocarray(table->cells, room, sizeof(*cells));

		if (!cells)
			return;
		table->cells = cells;
		table->room = room;
	}
	table->cells[table->n_cells++] = (struct cell){ strdup(text), tone };
}

size_t table_rows(const struct table *table)
{
	return table ? table->n_cells / table->n_columns : 0;
}

static const char *cell_text(const struct cell *cell)
{
	return cell->text ? cell->text : "";
}

static void print_cell(FILE *to, bool colours, enum tone tone, const char *text,
		       int width, bool right, bool last)
{
	int pad = width - show_width(text);

	if (right)
		fprintf(to, "%*s", pad, "");
	show_tone(to, colours, tone, text);
	if (last)
		return;
	fprintf(to, "%*s", (right ? 0 : pad) + 2, "");
}

void table_print(const struct table *table, FILE *to, bool colours, int indent,
		 size_t max_rows)
{
	size_t rows = table_rows(table);
	int width[TABLE_COLUMNS_MAX];

	if (!table)
		return;
	for (size_t c = 0; c < table->n_columns; c++) {
		width[c] = show_width(table->columns[c].title);
		for (size_t i = c; i < table->n_cells; i += table->n_columns) {
			int w = show_width(cell_text(&table->cells[i]));

			width[c] = w > width[c] ? w : width[c];
		}
	}
	fprintf(to, "%*s", indent, "");
	for (size_t c = 0; c < table->n_columns; c++)
		print_cell(to, colours, TONE_FAINT, table->columns[c].title,
			   width[c], table->columns[c].right,
			   c + 1 == table->n_columns);
	fputc('\n', to);
	for (size_t row = 0; row < rows && row < max_rows; row++) {
		const struct cell *cells =
			&table->cells[row * table->n_columns];

		fprintf(to, "%*s", indent, "");
		for (size_t c = 0; c < table->n_columns; c++)
			print_cell(to, colours, cells[c].tone,
				   cell_text(&cells[c]), width[c],
				   table->columns[c].right,
				   c + 1 == table->n_columns);
		fputc('\n', to);
	}
}

enum tone show_state_tone(const char *state)
{
	if (strcmp(state, "member") == 0)
		return TONE_GOOD;
	if (strcmp(state, "joining") == 0 || strcmp(state, "alone") == 0)
		return TONE_WARN;
	return TONE_BAD;
}

enum tone show_status_tone(const char *status)
{
	if (strcmp(status, "up") == 0)
		return TONE_GOOD;
	if (strcmp(status, "down") == 0)
		return TONE_BAD;
	return TONE_WARN;
}
