/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves one process at a time, beside the event loop: writing to /proc/PID/goto
 * lasts until the process is there. A child does it, with the rights of the
 * process's user and no others.
 */
#ifndef TESSERA_MOVER_H
#define TESSERA_MOVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

struct mover_order {
	pid_t pid;
	uid_t uid;
	gid_t gid;
	uint16_t to;	    /* 0: home */
	unsigned int level; /* of its rules */
};

struct mover;

/* done() hears of the end of each order: 0 or a negative errno, of the kernel or,
 * -ECHILD, because the child could not do it. */
int mover_new(struct mover **ret, sd_event *event,
	      void (*done)(int error, void *userdata), void *userdata);
/* A move under way is given up. */
void mover_free(struct mover *m);
/* -EBUSY: one is under way. */
int mover_start(struct mover *m, const struct mover_order *order);
bool mover_busy(const struct mover *m);

#endif
