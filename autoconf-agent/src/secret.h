/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files that hold secrets: read with a bound, written so that a reader
 * sees the old or the new content and nobody but the owner sees either.
 */
#ifndef TESSERA_SECRET_H
#define TESSERA_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The largest file anybody reads with this. */
#define SECRET_FILE_MAX 4096

/* secret_read() returns the length read into buf, which the caller wipes.
 * -E2BIG: the file is larger than size; -EINVAL: it is no regular file. */
ssize_t secret_read(const char *path, char *buf, size_t size);
/* secret_write() makes or replaces the file (mode 0600); an existing one is
 * left alone with -EEXIST unless replace. */
int secret_write(const char *path, const char *data, size_t len, bool replace);

#endif
