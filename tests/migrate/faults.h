/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that end at a certain frame, and what the kernel says about it. */
#ifndef TESTS_MIGRATE_FAULTS_H
#define TESTS_MIGRATE_FAULTS_H

#include <stdbool.h>
#include <sys/types.h>

/* The link over which the Nth frame goes from now on ends there. */
bool fault_arm(unsigned int frame);
/* Not any more. Whether it had ended. */
bool fault_disarm(void);
/* Has the kernel named the cause of a process's end since it was armed? */
bool fault_is_told(pid_t pid);
/* Frames for a program, deterministic: many small ones, some large ones. */
unsigned int fault_frame(const char *program, unsigned int round);

#endif
