/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TXT record of a node's mDNS announcement: who it is, where it can be
 * reached, and a MAC under the cluster key over all of that. Pure functions
 * over TXT record data (a sequence of length-prefixed strings).
 */
#ifndef TESSERA_ANNOUNCE_H
#define TESSERA_ANNOUNCE_H

#include "identity.h"

#define ANNOUNCE_SERVICE "_tessera._udp"
#define ANNOUNCE_MAX 1024   /* bytes of TXT data */
#define ANNOUNCE_STRINGS 24 /* strings in it */

struct announce {
	struct node_info info;
	uint16_t port;
	size_t n_addresses;
	struct in6_addr addresses[NODE_ENDPOINTS]; /* IPv4 as ::ffff:… */
};

/* What a record is to a member. */
enum announce_verdict {
	ANNOUNCE_OK,
	ANNOUNCE_MALFORMED,
	ANNOUNCE_OVERSIZED,
	ANNOUNCE_KEYLESS, /* a stranger without a cluster key */
	ANNOUNCE_FOREIGN, /* of another cluster */
	ANNOUNCE_FORGED,  /* claims this cluster, but the MAC is wrong */
};

/* announce_encode() writes the TXT data, at most ANNOUNCE_MAX bytes. cluster
 * NULL: a stranger's record, which names him and nothing more. Returns the
 * length or -EINVAL. */
int announce_encode(uint8_t ret[ANNOUNCE_MAX], const struct announce *a,
		    const struct cluster *cluster);

/* announce_decode() believes nothing before the MAC is proved. For a stranger
 * ret->info.name is filled if it can be read, for people; otherwise ret is
 * only valid with ANNOUNCE_OK. cluster NULL: everybody is KEYLESS or FOREIGN. */
enum announce_verdict announce_decode(struct announce *ret, const uint8_t *data,
				      size_t len,
				      const struct cluster *cluster);

#endif
