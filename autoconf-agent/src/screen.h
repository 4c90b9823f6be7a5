/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `tess screen` paints: a pure function of what the agent said.
 */
#ifndef TESSERA_SCREEN_H
#define TESSERA_SCREEN_H

#include <jansson.h>
#include <stdbool.h>

#define SCREEN_COLUMNS_MIN 64
#define SCREEN_ROWS_MIN 12

/* state is the agent's {"status":…,"nodes":…}, NULL while there is no agent.
 * Returns the text of exactly rows lines without a newline behind the last, or
 * NULL without memory; the caller frees it. No line is longer than the columns;
 * escape sequences are for colours alone. */
char *screen_paint(const json_t *state, const char *host, int rows, int columns,
		   bool colours);

#endif
