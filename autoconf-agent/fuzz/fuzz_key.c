// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cluster key's text form and the kernel command line it may be on.
 */
#include <stdlib.h>
#include <string.h>

#include "key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char again[CLUSTER_KEY_TEXT], word[64];
	uint8_t key[CLUSTER_KEY_SIZE];

	if (cluster_key_parse(key, text, size) == 0) {
		cluster_key_format(again, key);
		if (!memmem(text, size, again, sizeof(again) - 1))
			abort();
	}
	if (key_cmdline_word(text, size, "a.b", word, sizeof(word)) == 0 &&
	    strlen(word) >= sizeof(word))
		abort();
	return 0;
}
