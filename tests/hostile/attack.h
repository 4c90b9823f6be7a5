/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a hostile node does. Each attack has a name and says what it got that
 * it must not have; whether the victim's kernel survived is for others to see.
 */
#ifndef HOSTILE_ATTACK_H
#define HOSTILE_ATTACK_H

#include "wire.h"

struct attack {
	const char *name;
	/* NULL: nothing was got. */
	const char *(*run)(struct wire *wire);
};

/* We are the home of guests that the victim is asked to take. */
extern const struct attack home_attacks[];
void home_fuzz(const struct in6_addr *victim, uint64_t seed,
	       unsigned int count);

/* We are the host of processes that the victim sends. */
extern const struct attack host_attacks[];
void host_fuzz(int listener, uint64_t seed, unsigned int count);

/* The agent's listening socket, with us always the first to accept. */
int listener_steal(void);
/* The next connection, with its hello; false: none in time. */
bool listener_accept(int listener, struct wire *wire, int within_ms);

#endif
