/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Balances this node's processes: looks at them once a second, asks balance.c and
 * moves at most one at a time.
 */
#ifndef TESSERA_BALANCER_H
#define TESSERA_BALANCER_H

#include <sys/types.h>

#include "node.h"

struct agent;
struct balancer;

/* Reads the configuration, now and at each SIGHUP. Without a kernel that moves
 * processes it only says so. */
int balancer_new(struct balancer **ret, struct agent *a);
void balancer_free(struct balancer *b);
/* Fills in what this node takes as a host, before its load is told to others. */
void balancer_host(struct balancer *b, struct node_load *load);
/* Once a second, after that. */
void balancer_second(struct balancer *b, int64_t now,
		     const struct node_load *load);

/* Where a process would be best off, 0: at home. -ESRCH: there is none; -ENOTCONN:
 * no other node is known yet. */
int balancer_best(const struct balancer *b, int64_t now, pid_t pid,
		  uint16_t *ret);

/* A refusal in the kernel's words: for how many ms its node is to be left alone,
 * 0 when it is about the process. Pure. */
int64_t balancer_blames_node(const char *reason);

#endif
