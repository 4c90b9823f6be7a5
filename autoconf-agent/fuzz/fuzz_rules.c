// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules in the environment of any process: what is read comes back the same.
 */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules rules, again;
	char text[RULES_TEXT];
	char *value = strndup((const char *)data, size);

	if (!value)
		return 0;
	(void)rules_find(&rules, (const char *)data, size);
	memset(&rules, 0, sizeof(rules));
	if (rules_parse(&rules, value) == 0 &&
	    rules_format(text, &rules) == 0 &&
	    (rules_parse(&again, text) < 0 || again.stay != rules.stay ||
	     again.n_ranges != rules.n_ranges ||
	     again.n_denied != rules.n_denied || again.level != rules.level))
		abort();
	free(value);
	return 0;
}
