// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stdio has read ahead and not yet written is part of the process.
 */
#include "harness.h"

int main(void)
{
	char line[32], expected[32];
	FILE *in, *out;
	int i;

	out = fopen("lines", "w");
	for (i = 0; i < 4000; i++)
		fprintf(out, "line %d\n", i);
	fclose(out);
	in = fopen("lines", "r");
	out = fopen("copy", "w");
	for (i = 0; i < 100; i++) {
		CHECK(fgets(line, sizeof(line), in));
		fputs(line, out);
	}
	ready();
	wait_moved();
	CHECK_EQ(ftell(out), ftell(in));
	for (; fgets(line, sizeof(line), in); i++) {
		snprintf(expected, sizeof(expected), "line %d\n", i);
		CHECK(strcmp(line, expected) == 0);
		fputs(line, out);
		if (i % 20 == 0)
			fflush(out);
	}
	CHECK_EQ(i, 4000);
	CHECK_EQ(fclose(out), 0);
	out = fopen("copy", "r");
	for (i = 0; fscanf(out, "line %d\n", &(int){ 0 }) == 1;)
		i++;
	CHECK_EQ(i, 4000);
	return pass();
}
