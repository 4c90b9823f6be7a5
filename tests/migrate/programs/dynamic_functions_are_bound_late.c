// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dynamically linked program calls functions of the C library for the first time
 * after the move: the linker binds them there.
 */
#include <ctype.h>
#include <search.h>
#include <wchar.h>

#include "harness.h"

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int main(void)
{
	int numbers[500], i;
	wchar_t wide[16];
	char *text, *rest;
	div_t parts;

	ready();
	wait_moved();
	for (i = 0; i < 500; i++)
		numbers[i] = i * 7919 % 500;
	qsort(numbers, 500, sizeof(int), compare);
	for (i = 0; i < 500; i++)
		CHECK_EQ(numbers[i], i);
	i = 77;
	CHECK_EQ(*(int *)bsearch(&i, numbers, 500, sizeof(int), compare), 77);
	CHECK(asprintf(&text, "%s %d %.3f", "text", 12, 0.5) > 0);
	CHECK(strcmp(text, "text 12 0.500") == 0);
	CHECK(strtod(text + 8, &rest) == 0.5 && !*rest);
	CHECK_EQ(swprintf(wide, COUNT(wide), L"%d", 4711), 4);
	CHECK_EQ(wcslen(wide), 4);
	parts = div(17, 5);
	CHECK(parts.quot == 3 && parts.rem == 2);
	CHECK(isalpha(text[0]) && toupper(text[0]) == 'T');
	CHECK(strcasestr(text, "EXT"));
	free(text);
	while (again(ROUNDS))
		compute(SPIN);
	return pass();
}
