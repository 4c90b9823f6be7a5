/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mps does with the output of ps(1).
 */
#ifndef TESSERA_OLD_PS_H
#define TESSERA_OLD_PS_H

#include <stdio.h>
#include <sys/types.h>

enum mps_info {
	MPS_NODE,      /* where each process is */
	MPS_INFO,      /* --ominfo: how often it moved, whether it is locked */
	MPS_INFO_LONG, /* --ominfol: and why it cannot move */
};

/* Where in a line the PID ends: ps puts numbers at the right of their column.
 * -ENOENT: there is none. */
int mps_pid_column(const char *header);
/* 0: no number is there. */
pid_t mps_pid(const char *line, int end);
/* Copies to standard output. -ENOENT: no PIDs to go by. */
int mps_filter(FILE *from, enum mps_info info);

#endif
