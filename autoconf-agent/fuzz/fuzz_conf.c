// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an administrator writes.
 */
#include <stdlib.h>

#include "conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf = conf_defaults;
	unsigned int line = 0;

	if (conf_parse(&conf, (const char *)data, size, &line) < 0 && !line)
		abort();
	if (conf.guests < CONF_GUESTS_AUTO)
		abort();
	(void)conf_cmdline(&conf, (const char *)data, size);
	return 0;
}
