// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's words for why a process does not move, as they stand in its table:
 * the command knows by them whether it can still move.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tess_process.h"

/* About the node, the way there or the moment; the others are about the process. */
static const char *const past[] = {
	"CPU_FEATURE", "BUSY",	      "NO_NODE",   "NODE_DOWN", "SELF",
	"NO_LINK",     "OTHER_BUILD", "LINK_LOST", "PROTOCOL",	"BLOCKED",
	"NO_CAGE",     "FULL",	      "NO_MEMORY", "TIMEOUT",	"INTERRUPTED",
};
#define PAST (sizeof(past) / sizeof(*past))

static bool is_past(const char *name)
{
	for (size_t i = 0; i < PAST; i++)
		if (strcmp(name, past[i]) == 0)
			return true;
	return false;
}

static void every_reason_of_the_kernel_is_known(void **state)
{
	char line[256], name[64], words[128];
	FILE *table = fopen(REASON_TABLE, "re");
	size_t count = 0, found = 0;

	(void)state;
	assert_non_null(table);
	while (fgets(line, sizeof(line), table)) {
		if (sscanf(line,
			   " [TESSERA_REASON_%63[A-Z0-9_]] = \"%127[^\"]\"",
			   name, words) != 2)
			continue;
		if (process_reason_is_past(words) != is_past(name))
			fail_msg("%s: '%s'", name, words);
		count++;
		found += is_past(name);
	}
	fclose(table);
	assert_in_range(count, 30, 200);
	assert_int_equal(found, PAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_of_the_kernel_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
