// SPDX-License-Identifier: GPL-2.0-or-later
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

void program_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* The lowest that is free is this one. */
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", mode | O_CLOEXEC) < 0)
			return;
	}
}

int program_parse(const struct program *p, int argc, char *argv[],
		  const char **ret_value)
{
	const struct option options[] = {
		{ p->option, required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	const char letters[] = { p->option[0], ':', 'h', 'V', 0 };
	int c;

	while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (c == 'h') {
			fputs(p->usage, stdout);
			return 0;
		}
		if (c == 'V') {
			printf("%s " TESSERA_VERSION "\n", p->name);
			return 0;
		}
		if (c == '?')
			break;
		*ret_value = optarg;
	}
	if (c == -1 && optind == argc)
		return -1;
	fputs(p->usage, stderr);
	return 2;
}

int program_event(sd_event **ret, sd_event_signal_handler_t ending,
		  void *userdata)
{
	sd_event *event = NULL;
	sigset_t signals;
	int r;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);

	r = sd_event_default(&event);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGTERM, ending, userdata);
	if (r >= 0)
		r = sd_event_add_signal(event, NULL, SIGINT, ending, userdata);
	if (r < 0) {
		sd_event_unref(event);
		return r;
	}
	*ret = event;
	return 0;
}
