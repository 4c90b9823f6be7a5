// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the agent said, painted: names in it come from other machines.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *state = json_loadb((const char *)data, size, 0, NULL);

	free(screen_paint(state, "host", 24, 80, true));
	json_decref(state);
	return 0;
}
