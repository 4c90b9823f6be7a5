// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a TXT record: never believed without the MAC, and whatever is
 * shown of a stranger is a bounded name.
 */
#include <stdlib.h>
#include <string.h>

#include "announce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t key[CLUSTER_KEY_SIZE] = { 7 };
	static struct cluster cluster;
	struct announce a = { 0 };
	uint8_t again[ANNOUNCE_MAX];

	cluster_from_key(&cluster, key);
	if (announce_decode(&a, data, size, &cluster) == ANNOUNCE_OK &&
	    announce_encode(again, &a, &cluster) < 0)
		abort();
	/* As a stranger's name would be shown. */
	if (strlen(a.info.name) > NODE_NAME_MAX)
		abort();
	return 0;
}
