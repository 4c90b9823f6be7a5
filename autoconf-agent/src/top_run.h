/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tess top on a terminal, for its own command line and for mtop and mosmon.
 */
#ifndef TESSERA_TOP_RUN_H
#define TESSERA_TOP_RUN_H

#include "top.h"

#define TOP_DELAY_MS 2000 /* between two looks at processes */
#define TOP_DELAY_MIN_MS 100

struct top_options {
	int delay_ms;
	enum top_view view;
	enum top_bar bar;
	bool dead, totals, watch;
	unsigned int first; /* the node to begin with; 0: any */
};

/* Seconds, with a fraction. -EINVAL: it is none. */
int top_delay_parse(int *ret_ms, const char *text);
/* Until it is left. An enum tess_exit. */
int top_run(const struct top_options *options);

#endif
