/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture made of characters, with a tone each. Whoever shows it copies the
 * cells to his terminal.
 */
#ifndef TESSERA_TOP_CANVAS_H
#define TESSERA_TOP_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "tess_show.h"

/* One character as UTF-8, with its NUL. */
struct top_cell {
	char text[5];
	unsigned char tone; /* enum tone */
};

struct top_canvas {
	int rows, columns;
	bool ascii; /* the terminal knows nothing else */
	struct top_cell *cells;
};

/* Blank. NULL: no memory. */
struct top_canvas *canvas_new(int rows, int columns, bool ascii);
void canvas_free(struct top_canvas *canvas);
const struct top_cell *canvas_cell(const struct top_canvas *canvas, int row,
				   int column);

/* Text in a field; too long it is cut, right: it ends at the field's end. What
 * is outside of the picture is left out. */
void canvas_put(struct top_canvas *canvas, int row, int column, int width,
		bool right, enum tone tone, const char *text);
/* The same, left, with a format. */
void canvas_print(struct top_canvas *canvas, int row, int column, int width,
		  enum tone tone, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* The tone of a whole line. */
void canvas_tone(struct top_canvas *canvas, int row, enum tone tone);

/* [####++    ] in a field: two shares of it, 0 to 1, one behind the other. */
struct canvas_bar {
	double first, second;
	enum tone first_tone, second_tone;
};
void canvas_bar(struct top_canvas *canvas, int row, int column, int width,
		const struct canvas_bar *bar);

#endif
