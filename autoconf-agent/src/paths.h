/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The endpoints by which one node may be reached, and which of them to try
 * next while it is silent. Pure: reach.c does what is decided here.
 */
#ifndef TESSERA_PATHS_H
#define TESSERA_PATHS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATHS_MAX 16

struct path {
	struct sockaddr_in6 endpoint;
	uint32_t link; /* the link of ours it was seen on; 0: hearsay */
	bool tried;    /* since the node fell silent */
};

struct paths {
	struct path list[PATHS_MAX];
	size_t count, current;
	size_t home;	     /* the one in use when the node fell silent */
	unsigned int rounds; /* through all of them, since it fell silent */
	bool trying;
	int64_t switched; /* ms */
};

/* Adds an endpoint, or learns the link of a known one. A full list forgets its
 * oldest hearsay, or its oldest; never the one in use, nor the one that worked
 * until the node fell silent. Returns whether the endpoint is new. */
bool paths_add(struct paths *p, const struct sockaddr_in6 *endpoint,
	       uint32_t link);
/* Its index, or -1. */
int paths_find(const struct paths *p, const struct sockaddr_in6 *endpoint);
/* The caller uses this one from now on. */
void paths_use(struct paths *p, size_t index, int64_t now);
/* The node is silent: which path is to be tried now? -1: stay. A path that was
 * seen on another link than the current one comes first, hearsay last. fast: a
 * session exists, so that an answer needs no handshake. Without hearsay: only
 * paths that were seen, and the one that worked. */
int paths_next(struct paths *p, int64_t now, bool fast, bool hearsay);
/* The node answers. */
void paths_answered(struct paths *p);

#endif
