// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a gossip message: refused, or read so that writing them again
 * gives the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct wire_message m;
	uint8_t again[WIRE_MAX];

	if (wire_decode(&m, data, size) < 0)
		return 0;
	if (wire_encode(&m, again) != (int)size ||
	    memcmp(again, data, size) != 0)
		abort();
	return 0;
}
