// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the agent reads in /proc.
 */
#include <stddef.h>
#include <stdint.h>

#include "load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t a, b;
	uint32_t c;
	uint16_t d;

	load_parse_stat((const char *)data, size, &a, &b, &c);
	load_parse_meminfo((const char *)data, size, &a, &b);
	load_parse_pressure((const char *)data, size, &d);
	return 0;
}
