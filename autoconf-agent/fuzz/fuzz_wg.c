// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message of WireGuard's dump.
 */
#include <stdlib.h>
#include <string.h>

#include "wg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void each(const struct mesh_peer *peer, void *userdata)
{
	struct sockaddr_storage out;

	if (peer->handshake_ms < 0 || peer->endpoint.sin6_family != AF_INET6)
		abort();
	(void)wg_endpoint_to_kernel(&peer->endpoint, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wg_dump dump = { .each = each };
	uint8_t *copy = malloc(size + 1); /* aligned, as from the kernel */

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	(void)wg_parse(&dump, copy, size);
	free(copy);
	return 0;
}
