// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A directory is listed completely, each name once, also when the process was
 * moved in the middle of the list.
 */
#include <dirent.h>

#include "harness.h"

#define FILES 100

static void note(bool *seen, const struct dirent *entry)
{
	int number;

	if (sscanf(entry->d_name, "f%d", &number) != 1)
		return;
	CHECK(number >= 0 && number < FILES);
	CHECK(!seen[number]);
	CHECK_EQ(entry->d_type, DT_REG);
	seen[number] = true;
}

static void expect_all(const bool *seen)
{
	int i;

	for (i = 0; i < FILES; i++)
		CHECK(seen[i]);
}

int main(void)
{
	bool seen[FILES] = { false };
	struct dirent *entry;
	char name[16];
	DIR *dir;
	int i;

	for (i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		close(new_file(name, "", 0));
	}
	dir = opendir(".");
	for (i = 0; i < 40 && (entry = readdir(dir)); i++)
		note(seen, entry);
	ready();
	wait_moved();
	while ((entry = readdir(dir)))
		note(seen, entry);
	expect_all(seen);
	for (i = 0; i < FEW_ROUNDS; i++) {
		memset(seen, 0, sizeof(seen));
		rewinddir(dir);
		while ((entry = readdir(dir)))
			note(seen, entry);
		expect_all(seen);
	}
	closedir(dir);
	return pass();
}
