/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the end of a variable's scope undoes.
 */
#ifndef TESSERA_CLEANUP_H
#define TESSERA_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

#define cleanup_close __attribute__((cleanup(cleanup_closep)))
#define cleanup_free __attribute__((cleanup(cleanup_freep)))

/* A descriptor that from here on belongs to somebody else. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
