/* SPDX-License-Identifier: GPL-2.0 */
/* What is special about x86-64: registers, extended state, CPU features. */
#ifndef _TESSERA_CPU_H
#define _TESSERA_CPU_H

#include <linux/types.h>

#include "state.h"

struct pt_regs;

#define TESSERA_CPU_LEVELS	4

/*
 * What this CPU has, for the peer; and whether the peer has all that a program
 * may use of it: one that keeps to x86-64-v`level`, or, 0, to nothing.
 */
void tessera_cpu_describe(struct frame_hello *hello);
bool tessera_cpu_fits(const struct frame_hello *peer, unsigned int level);

/* Bytes of the extended state of a thread. */
size_t tessera_cpu_xstate_size(void);

/*
 * Registers, bases and extended state of the current task, which stands at the
 * border to user mode. `xstate` has tessera_cpu_xstate_size() bytes.
 */
void tessera_cpu_capture(struct state_thread *state, void *xstate);
/* The opposite; -EINVAL if they are not such that they may be user mode's. */
int tessera_cpu_apply(const struct state_thread *state, const void *xstate);

/* The vDSO at the address it has at home. */
int tessera_cpu_map_vdso(unsigned long vvar_start);

#endif /* _TESSERA_CPU_H */
