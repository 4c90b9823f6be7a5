/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands about processes have in common: arguments, and how it is told
 * that something cannot be.
 */
#ifndef TESSERA_TESS_PROCESS_H
#define TESSERA_TESS_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "proc.h"
#include "tess.h"

#define REASON_SIZE 256
#define USER_SIZE 33
#define COMMAND_SIZE 256

/* The only argument is a PID. TESS_OK, or what was told. */
int process_argument(const struct tess_command *self, int argc, char **argv,
		     bool json, pid_t *ret);
/* A file below /proc/PID could not be opened or read. */
int process_error(bool json, pid_t pid, int error);
/* The same for one below /proc/hpc/admin. */
int process_admin_error(bool json, const char *what, int error);
int process_no_kernel(bool json);
/* Why it cannot move or did not, "" if nothing is known; or a negative errno. */
int process_reason(char ret[REASON_SIZE], pid_t pid);
/* The kernel keeps the words of the last refusal: these are about the node it
 * should go to, the way there or the moment, and it may well move now or to another
 * one. Pure. */
bool process_reason_is_past(const char *reason);
/* Why a move failed, with what process_reason() says then. If it is busy the kernel
 * has not tried, and words about a node are those of an earlier move. Pure. */
const char *process_refusal(const char *reason, int error);
/* Its user's name, or his number; returns the number, or -1 and "". */
int64_t process_user(char ret[USER_SIZE], pid_t pid);
/* Its name and arguments; comm where it has none. */
void process_command(char ret[COMMAND_SIZE], pid_t pid, const char *comm);
/* Moves it to a node, 0 being its home, waits until it is there, and tells. */
int process_move(bool json, pid_t pid, unsigned int node);

/* cmd_admin.c: a switch of the whole node; done when it returns. */
int admin_switch(bool json, const char *file, int value, const char *what,
		 const char *done);

#endif
