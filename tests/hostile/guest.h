/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the hostile guest share. */
#ifndef HOSTILE_GUEST_H
#define HOSTILE_GUEST_H

#include <stdbool.h>

/* What keeper.c has put on the host, and nowhere else. */
#define KEPT_TEXT "only the host may read this"
#define KEPT_NAME "host-only"
#define KEPT_PID 31337 /* and the one after it */
#define KEPT_PORT 7777
#define KEPT_KEY 0x7e55

/* Raw system calls: the result, or the negative errno. */
long call6(long nr, long a, long b, long c, long d, long e, long f);
#define call(nr, ...) call_(nr, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define call_(nr, a, b, c, d, e, f, ...)                                 \
	call6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
	      (long)(f))
/* The same by the gate of 32-bit programs. */
long gate(long nr, long a, long b, long c, long d, long e);

/* Be on the other node, whatever the last call has done; 0: stay at home. */
void go_away(void);
extern int node;

/* To where nothing that is tried can close it. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * guest_calls.c: each call there is, with arguments that mean nothing; by the gate
 * of 32-bit programs, where all are treated alike, every step-th.
 */
int try_all_calls(int step);
/* guest_attacks.c: attempts to reach the host. */
int try_attacks(void);

#endif
