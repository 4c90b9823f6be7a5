/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs have in common: descriptors they may rely on; and those that run
 * in the background their command line, and an event loop that ends by a signal.
 */
#ifndef TESSERA_PROGRAM_H
#define TESSERA_PROGRAM_H

#include <systemd/sd-event.h>

struct program {
	const char *name;
	const char *usage; /* the text of --help */
	const char *
		option; /* the only one with a value; short: its first letter */
};

/* Standard streams that are closed: else the next file or socket would be one.
 * What is printed to them fails as before, and what is executed finds them
 * closed. First in main(). */
void program_streams(void);
/* Returns the exit status for what ends at once, -1 to go on. */
int program_parse(const struct program *p, int argc, char *argv[],
		  const char **ret_value);
/* The loop; SIGTERM and SIGINT call ending(), which ends it. SIGCHLD is blocked,
 * as sd-event wants it for children, and SIGPIPE ignored. */
int program_event(sd_event **ret, sd_event_signal_handler_t ending,
		  void *userdata);

#endif
