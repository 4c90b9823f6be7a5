/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tess top: what it knows and shows. Data come in by top_source.h and leave as
 * a picture by top_canvas.h; keys become wishes here. No part of this touches a
 * terminal: cmd_top.c does.
 */
#ifndef TESSERA_TOP_H
#define TESSERA_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tess_process.h"
#include "tess_show.h"
#include "top_canvas.h"

#define TOP_NAME 64
#define TOP_COMMAND 192

struct top_node {
	unsigned int number; /* 0: none yet */
	char name[TOP_NAME], status[12];
	bool self, linked;
	int cpus, guests;
	double load;	      /* runnable processes */
	double util;	      /* busy share of all its CPUs, 0 to 1 */
	double guest_load;    /* what of the load are guests */
	int64_t speed;	      /* of one CPU */
	int64_t memory, free; /* bytes */
};

struct top_process {
	pid_t pid;
	int64_t uid; /* -1: of another node */
	bool guest, locked, movable;
	unsigned int home, at; /* nodes; 0: this one, which has no number yet */
	char state;	       /* as in ps(1) */
	int nice;
	uint64_t ticks, start; /* CPU time so far; when it started */
	double cpu;	       /* per cent of a CPU lately; negative: unknown */
	int64_t memory;	       /* bytes here; negative: unknown */
	char user[USER_SIZE], command[TOP_COMMAND];
};

enum top_view {
	TOP_PROCESSES,
	TOP_NODES,
	TOP_HELP,
};

enum top_bar {
	TOP_BAR_UTIL,
	TOP_BAR_LOAD,
	TOP_BAR_SPEED,
	TOP_BAR_MEMORY,
};

enum top_sort {
	TOP_BY_CPU,
	TOP_BY_MEMORY,
	TOP_BY_PID,
};

/* What is being typed on the last line. */
enum top_prompt {
	TOP_PROMPT_NONE,
	TOP_PROMPT_MOVE,
	TOP_PROMPT_NICE,
	TOP_PROMPT_KILL,
};

#define TOP_TYPED 40
#define TOP_MESSAGE 256

struct top {
	/* owned; replaced by top_source.c */
	struct top_node *nodes;
	struct top_process *processes;
	size_t n_nodes, n_processes;
	bool agent; /* it answers */
	char host[TOP_NAME], clock[16];
	int64_t uid; /* who looks; 0 sees everybody's processes */

	enum top_view view, before_help;
	enum top_bar bar;
	enum top_sort sort;
	bool all;	   /* those that cannot move, too */
	bool others;	   /* those of other users, too */
	bool dead, totals; /* nodes that are down; a line for all nodes */
	bool watch;	   /* no key changes anything */

	size_t *shown; /* processes in their order; owned */
	size_t n_shown;
	pid_t selected;
	bool picked;		    /* until then it is whoever is first */
	size_t offset, node_offset; /* what is above the first line */
	unsigned int first; /* node to begin with, once it is known; 0: done */
	size_t page;	    /* lines of the list, set by painting */

	enum top_prompt prompt;
	pid_t asked; /* whom the prompt is about, whatever is selected */
	uint64_t asked_start;
	char typed[TOP_TYPED], message[TOP_MESSAGE];
	enum tone message_tone;
};

/* Keys above those of ASCII. */
enum top_key {
	TOP_KEY_UP = 256,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_FIRST,
	TOP_KEY_LAST,
	TOP_KEY_BACKSPACE,
};

enum top_wish_kind {
	TOP_WISH_NOTHING,
	TOP_WISH_QUIT,
	TOP_WISH_REFRESH,
	TOP_WISH_MOVE, /* to text, as tess migrate takes it */
	TOP_WISH_LOCK,
	TOP_WISH_FREE,
	TOP_WISH_SIGNAL, /* number */
	TOP_WISH_NICE,	 /* number */
};

struct top_wish {
	enum top_wish_kind kind;
	pid_t pid;
	int number;
	char text[TOP_TYPED];
};

void top_init(struct top *top, int64_t uid);
void top_finish(struct top *top);

/* top_model.c: sorts and filters; to be called after new data and keys. */
void top_arrange(struct top *top);
const struct top_process *top_selected(const struct top *top);
/* A prompt's process, listed or not; NULL when it has ended. */
const struct top_process *top_asked(const struct top *top);
/* The name of a node; its number if that is all that is known. */
void top_node_name(const struct top *top, unsigned int number,
		   char ret[TOP_NAME]);
void top_say(struct top *top, enum tone tone, const char *message);

/* top_keys.c */
struct top_wish top_key(struct top *top, int key);
/* "15", "TERM", "SIGTERM"; negative: it is none. */
int top_signal_parse(const char *text);

/* top_paint.c, top_paint_nodes.c */
#define TOP_ROWS_MIN 10
#define TOP_COLUMNS_MIN 70
void top_paint(struct top *top, struct top_canvas *canvas);
/* Bars of nodes from row on, in so many rows. */
void top_paint_node_lines(const struct top *top, struct top_canvas *canvas,
			  int row, int rows);
/* All nodes, one kind of bar, and totals. */
void top_paint_nodes(struct top *top, struct top_canvas *canvas, int row,
		     int rows);

#endif
