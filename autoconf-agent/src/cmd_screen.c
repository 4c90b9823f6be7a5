// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess screen: what a console shows while nobody is logged in. Follows the
 * agent, waits for it where there is none, and paints only what changed.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "screen.h"
#include "terminal.h"
#include "tess.h"
#include "tess_show.h"

#define RETRY_MS 1000

struct screen {
	struct follower agent;
	int signals;
	json_t *state;
	char *painted; /* what is on the terminal, NULL: unknown */
	char host[65];
	bool colours, typing; /* stdin is a terminal */
	struct termios before;
};

/* A serial line does not know its size: 80x24. */
static void size(int *ret_rows, int *ret_columns)
{
	struct winsize w = { 0 };

	*ret_rows = 24;
	*ret_columns = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return;
	if (w.ws_row >= SCREEN_ROWS_MIN)
		*ret_rows = w.ws_row;
	if (w.ws_col >= SCREEN_COLUMNS_MIN)
		*ret_columns = w.ws_col;
}

static void draw(struct screen *s)
{
	int rows, columns;
	char *text, *line;

	size(&rows, &columns);
	gethostname(s->host, sizeof(s->host) - 1);
	text = screen_paint(s->state, s->host, rows, columns, s->colours);
	if (!text)
		return;
	if (s->painted && strcmp(s->painted, text) == 0) {
		free(text);
		return;
	}
	/* Home, and every line clears its rest: nothing flickers. */
	fputs(s->painted ? "\033[H" : "\033[?25l\033[2J\033[H", stdout);
	line = text;
	for (char *end; (end = strchr(line, '\n')); line = end + 1)
		printf("%.*s\033[K\n", (int)(end - line), line);
	printf("%s\033[K\033[J", line);
	fflush(stdout);
	free(s->painted);
	s->painted = text;
}

static void on_agent(struct screen *s)
{
	json_t *state = NULL;

	if (follower_read(&s->agent, &state) == 0)
		return;
	json_decref(s->state);
	s->state = state;
}

/* 1: leave; 0: go on; negative: the terminal is gone. */
static int on_key(struct screen *s)
{
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return -EIO;
	for (ssize_t i = 0; i < n; i++)
		if (keys[i] == '\n' || keys[i] == '\r')
			return 1;
	free(s->painted);
	s->painted = NULL;
	return 0;
}

/* 1: a signal asks to leave. */
static int on_signal(struct screen *s)
{
	int leave = terminal_signal(s->signals);

	if (leave == 0) {
		free(s->painted);
		s->painted = NULL;
	}
	return leave > 0;
}

static int follow(struct screen *s)
{
	int r = 0;

	while (r == 0) {
		struct pollfd p[] = {
			{ .fd = s->signals, .events = POLLIN },
			{ .fd = s->typing ? STDIN_FILENO : -1,
			  .events = POLLIN },
			{ .fd = s->agent.fd, .events = POLLIN },
		};

		draw(s);
		if (poll(p, 3, s->agent.fd < 0 ? RETRY_MS : -1) < 0)
			continue;
		if (p[0].revents)
			r = on_signal(s);
		if (r == 0 && p[1].revents)
			r = on_key(s);
		if (p[2].revents)
			on_agent(s);
		else if (s->agent.fd < 0)
			follower_connect(&s->agent);
	}
	return r;
}

static int prepare(struct screen *s)
{
	struct termios raw;

	s->signals = terminal_signals();
	if (s->signals < 0)
		return s->signals;
	s->typing = tcgetattr(STDIN_FILENO, &s->before) == 0;
	if (s->typing) {
		raw = s->before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_oflag |= OPOST | ONLCR;
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	s->colours = show_colours(STDOUT_FILENO);
	return 0;
}

static void finish(struct screen *s)
{
	follower_disconnect(&s->agent);
	json_decref(s->state);
	if (s->typing)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
	fputs("\033[?25h\033[2J\033[H", stdout);
	fflush(stdout);
	free(s->painted);
	close(s->signals);
}

int cmd_screen(const struct tess_command *self, int argc, char **argv,
	       bool json)
{
	struct screen s = { .agent.fd = -1 };
	int r;

	if (argc > 1 || json)
		return tess_usage(self, json, json ? "--json" : argv[1]);
	if (!isatty(STDOUT_FILENO))
		return tess_error(false, "failed",
				  "'tess screen' is for a terminal",
				  "'tess status' and 'tess nodes' print the "
				  "same, with --json for programs");
	r = prepare(&s);
	if (r < 0)
		return tess_error(false, "failed", strerror(-r), NULL);
	follower_connect(&s.agent);
	r = follow(&s);
	finish(&s);
	return r < 0 ? TESS_FAILED : TESS_OK;
}
