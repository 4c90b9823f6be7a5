/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/tessera/tessera.conf: lines of "name = value", comments from # on. What it
 * does not name has its default; tesserad(8) documents all.
 */
#ifndef TESSERA_CONF_H
#define TESSERA_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_FILE "/etc/tessera/tessera.conf"
#define CONF_MAX 65536 /* bytes of it */
#define CONF_GUESTS_AUTO (-1)

struct conf {
	bool balance;	  /* processes move by themselves; guests may come */
	int32_t guests;	  /* at most so many here, or CONF_GUESTS_AUTO */
	bool owner_first; /* they leave when our own want all CPUs */
	uint32_t share;	  /* the CPU weight of all guests; others have 100 */
};

extern const struct conf conf_defaults;

/* Pure. -EINVAL: a line is not as it has to be; its number is in ret_line then,
 * and *ret untouched. */
int conf_parse(struct conf *ret, const char *text, size_t len,
	       unsigned int *ret_line);
/* Reads the file; one that is not there is an empty one. Errors as above, or of
 * reading (ret_line 0 then). */
int conf_read(struct conf *ret, const char *path, unsigned int *ret_line);
/* The word tessera.balance=on|off of the kernel's command line goes before the
 * file. Returns whether it is there. */
bool conf_cmdline(struct conf *conf, const char *line, size_t len);

#endif
