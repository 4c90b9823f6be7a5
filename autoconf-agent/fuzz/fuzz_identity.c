// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state file's parser: what it takes is exactly what would be written.
 */
#include <stdlib.h>
#include <string.h>

#include "identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[IDENTITY_STATE_TEXT], name[NODE_NAME_MAX + 1];
	struct identity_state state;
	char *copy;

	if (identity_state_parse(&state, (const char *)data, size) == 0 &&
	    (identity_state_format(text, &state) != size ||
	     memcmp(text, data, size) != 0))
		abort();
	copy = strndup((const char *)data, size);
	if (!copy)
		return 0;
	if (identity_name(name, copy) == 0 &&
	    (!name[0] || strlen(name) > NODE_NAME_MAX || strchr(name, '.')))
		abort();
	free(copy);
	return 0;
}
