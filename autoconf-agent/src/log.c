// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log: one line on standard error, which the journal, the kernel's log or
 * a terminal takes.
 */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Names of processes, nodes and files are chosen by others: they must not
 * control a terminal, nor look like a line of their own. */
static void clean(char *text, const char *end)
{
	for (; text < end; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void agent_log(int priority, const char *format, ...)
{
	char line[512];
	int len = 0, start;
	va_list args;

	/* One write a line: the other end may be the kernel's log. */
	if (!isatty(STDERR_FILENO))
		len = snprintf(line, sizeof(line), "<%d>", priority);
	if (!getenv("JOURNAL_STREAM"))
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				"%.32s: ", program_invocation_short_name);
	start = len;
	va_start(args, format);
	len += vsnprintf(line + len, sizeof(line) - (size_t)len, format, args);
	va_end(args);
	if ((size_t)len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	clean(line + start, line + len);
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return; /* nobody is left to tell */
}
