/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory that plays /proc. Names are below it.
 */
#ifndef TESSERA_UNIT_FAKE_PROC_H
#define TESSERA_UNIT_FAKE_PROC_H

#include <stdbool.h>
#include <stddef.h>

#define FAKE_PROC_PATH 256

/* A new one, which others than root can enter; it is proc_root from here on. */
void fake_proc_new(void);
/* Removes it with all that is in it. */
void fake_proc_free(void);

void fake_proc_path(char ret[FAKE_PROC_PATH], const char *name);
void fake_proc_directory(const char *name);
/* Puts a file there; a link of that name is replaced, not followed. */
void fake_proc_put(const char *name, const char *text);
void fake_proc_put_bytes(const char *name, const char *text, size_t len);
/* The same for a process that is no test, and must not assert. */
bool fake_proc_try(const char *name, const char *text, size_t len);

#endif
