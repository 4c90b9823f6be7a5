// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files below /proc: they hold names that processes choose, here or elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct proc_guest guest;
	struct proc_stat stat;
	pid_t pid;

	if (!text)
		return 0;
	if (proc_stat_parse(&stat, text) == 0 &&
	    !memchr(stat.comm, 0, sizeof(stat.comm)))
		abort();
	if (proc_guest_parse(&guest, text) == 0 &&
	    !memchr(guest.comm, 0, sizeof(guest.comm)))
		abort();
	(void)proc_pid_parse(&pid, text);
	free(text);
	return 0;
}
