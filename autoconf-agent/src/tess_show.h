/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tess(1) shows to people: clean text, colours, sizes, times and tables.
 */
#ifndef TESSERA_TESS_SHOW_H
#define TESSERA_TESS_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum tone {
	TONE_PLAIN,
	TONE_GOOD,
	TONE_WARN,
	TONE_BAD,
	TONE_FAINT,
	TONE_STRONG,
	TONE_BAR, /* reversed */
};

/* Colours are for terminals, and not where NO_COLOR is set. */
bool show_colours(int fd);
void show_tone_begin(FILE *to, bool colours, enum tone tone);
void show_tone_end(FILE *to, bool colours, enum tone tone);
void show_tone(FILE *to, bool colours, enum tone tone, const char *text);
/* Names come from other machines: control characters must not reach a
 * terminal. Each becomes '?'. */
void show_clean(FILE *to, const char *text);
/* Length of the text's first character, 0 for one that must not be shown:
 * controls, the C1 controls among them, and what is not UTF-8. */
size_t show_character(const char *text);
/* Columns that the text takes: its characters. */
int show_width(const char *text);

#define SHOW_SHORT 16
/* 512K, 212M, 3.1G */
void show_bytes(char ret[SHOW_SHORT], uint64_t bytes);
/* 5s, 12m, 3h, 2d; "-" below zero */
void show_age(char ret[SHOW_SHORT], int64_t seconds);

/* Members of a reply; what is missing or of another type reads as empty. */
const char *show_string(const json_t *object, const char *key);
int64_t show_integer(const json_t *object, const char *key);
double show_real(const json_t *object, const char *key);
bool show_true(const json_t *object, const char *key);
/* Text from outside as JSON: "?" for each byte of what is not UTF-8. */
json_t *show_json_text(const char *text);

#define TABLE_COLUMNS_MAX 16

struct table_column {
	const char *title;
	bool right;
};

/* Cells are added row by row; table_print() aligns them. Out of memory cells
 * are left out. */
struct table;
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);
void table_add(struct table *table, enum tone tone, const char *text);
/* At most so many rows, each indented. */
void table_print(const struct table *table, FILE *to, bool colours, int indent,
		 size_t max_rows);
size_t table_rows(const struct table *table);

/* The tones of words the agent uses. */
enum tone show_state_tone(const char *state);
enum tone show_status_tone(const char *status);

#endif
