// SPDX-License-Identifier: GPL-2.0-or-later
#include "top_canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINT_MAX 512

struct top_canvas *canvas_new(int rows, int columns, bool ascii)
{
	struct top_canvas *c = calloc(1, sizeof(*c));
	size_t n = (size_t)rows * (size_t)columns;

	if (!c)
		return NULL;
	*c = (struct top_canvas){ .rows = rows,
				  .columns = columns,
				  .ascii = ascii,
				  .cells = calloc(n, sizeof(*c->cells)) };
	if (!c->cells) {
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		c->cells[i].text[0] = ' ';
	return c;
}

void canvas_free(struct top_canvas *canvas)
{
	if (!canvas)
		return;
	free(canvas->cells);
	free(canvas);
}

static struct top_cell *cell(const struct top_canvas *c, int row, int column)
{
	if (row < 0 || row >= c->rows || column < 0 || column >= c->columns)
		return NULL;
	return &c->cells[row * c->columns + column];
}

const struct top_cell *canvas_cell(const struct top_canvas *canvas, int row,
				   int column)
{
	return cell(canvas, row, column);
}

/* Returns how long the character is. */
static size_t put_one(const struct top_canvas *c, struct top_cell *to,
		      enum tone tone, const char *text)
{
	size_t len = show_character(text);

	if (!to)
		return len ? len : 1;
	to->tone = (unsigned char)tone;
	if (len == 0 || (c->ascii && len > 1)) {
		memcpy(to->text, "?", 2);
	} else {
		memcpy(to->text, text, len);
		to->text[len] = '\0';
	}
	return len ? len : 1;
}

void canvas_put(struct top_canvas *canvas, int row, int column, int width,
		bool right, enum tone tone, const char *text)
{
	int length = show_width(text);

	if (right && length < width) {
		column += width - length;
		width = length;
	}
	for (int i = 0; *text && i < width; i++)
		text += put_one(canvas, cell(canvas, row, column + i), tone,
				text);
}

void canvas_print(struct top_canvas *canvas, int row, int column, int width,
		  enum tone tone, const char *format, ...)
{
	char text[PRINT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	canvas_put(canvas, row, column, width, false, tone, text);
}

void canvas_tone(struct top_canvas *canvas, int row, enum tone tone)
{
	for (int i = 0; i < canvas->columns; i++)
		if (cell(canvas, row, i))
			cell(canvas, row, i)->tone = (unsigned char)tone;
}

static int cells_of(double share, int width)
{
	if (!(share > 0))
		return 0;
	return share >= 1 ? width : (int)(share * width + 0.5);
}

void canvas_bar(struct top_canvas *canvas, int row, int column, int width,
		const struct canvas_bar *bar)
{
	int inside = width - 2;
	int first = cells_of(bar->first, inside);
	int both = cells_of(bar->first + bar->second, inside);

	if (inside < 1)
		return;
	canvas_put(canvas, row, column, 1, false, TONE_FAINT, "[");
	for (int i = 0; i < both; i++)
		canvas_put(canvas, row, column + 1 + i, 1, false,
			   i < first ? bar->first_tone : bar->second_tone,
			   i < first ? "#" : "+");
	canvas_put(canvas, row, column + width - 1, 1, false, TONE_FAINT, "]");
}
