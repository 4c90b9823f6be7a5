// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_proc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc.h"

static char root[] = "/tmp/test-proc-XXXXXX";

void fake_proc_new(void)
{
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(root));
	assert_int_equal(chmod(root, 0755), 0);
	proc_root = root;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	return remove(path);
}

void fake_proc_free(void)
{
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void fake_proc_path(char ret[FAKE_PROC_PATH], const char *name)
{
	snprintf(ret, FAKE_PROC_PATH, "%s/%s", root, name);
}

void fake_proc_directory(const char *name)
{
	char path[FAKE_PROC_PATH];

	fake_proc_path(path, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

bool fake_proc_try(const char *name, const char *text, size_t len)
{
	char path[FAKE_PROC_PATH];
	struct stat st;
	bool written;
	FILE *f;

	fake_proc_path(path, name);
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		unlink(path);
	f = fopen(path, "we");
	if (!f)
		return false;
	written = fwrite(text, 1, len, f) == len;
	return fclose(f) == 0 && written;
}

void fake_proc_put_bytes(const char *name, const char *text, size_t len)
{
	assert_true(fake_proc_try(name, text, len));
}

void fake_proc_put(const char *name, const char *text)
{
	fake_proc_put_bytes(name, text, strlen(text));
}
