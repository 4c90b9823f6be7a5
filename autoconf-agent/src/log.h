/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of the programs that run in the background.
 */
#ifndef TESSERA_LOG_H
#define TESSERA_LOG_H

#include <syslog.h>

/* printf to stderr, with a <N> prefix when it is no terminal. Whatever is not
 * printable ASCII becomes '?'. */
void agent_log(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
