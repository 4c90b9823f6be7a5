// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top: a monitor on the whole terminal. Here are the terminal, the agent
 * and the clock; all else is in top*.c.
 */
#include <curses.h>
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "proc.h"
#include "terminal.h"
#include "tess.h"
#include "top.h"
#include "top_act.h"
#include "top_run.h"
#include "top_source.h"

#define ESCAPE_MS 50 /* a key's sequence comes at once; Esc comes alone */
#define RETRY_MS 1000
#define SECOND_LOOK_MS 500
#define DELAY_MAX_S 3600

struct ui {
	struct top top;
	struct top_acts acts;
	struct follower agent;
	int signals, delay_ms;
	int64_t looked, tried; /* ms; 0: never */
	SCREEN *screen;
	bool colours, ascii;
};

/* --- the terminal --- */

static attr_t attribute(const struct ui *ui, enum tone tone)
{
	switch (tone) {
	case TONE_PLAIN:
		return A_NORMAL;
	case TONE_GOOD:
		return ui->colours ? COLOR_PAIR(1) : A_NORMAL;
	case TONE_WARN:
		return ui->colours ? COLOR_PAIR(2) : A_BOLD;
	case TONE_BAD:
		return ui->colours ? COLOR_PAIR(3) | A_BOLD : A_STANDOUT;
	case TONE_FAINT:
		return A_DIM;
	case TONE_STRONG:
		return A_BOLD;
	case TONE_BAR:
		return A_REVERSE;
	}
	return A_NORMAL;
}

static void draw(struct ui *ui)
{
	struct top_canvas *canvas = canvas_new(LINES, COLS, ui->ascii);

	if (!canvas)
		return;
	top_paint(&ui->top, canvas);
	for (int row = 0; row < LINES; row++)
		for (int column = 0; column < COLS; column++) {
			const struct top_cell *cell =
				canvas_cell(canvas, row, column);

			attrset((int)attribute(ui, cell->tone));
			mvaddstr(row, column, cell->text);
		}
	canvas_free(canvas);
	refresh();
}

static bool open_terminal(struct ui *ui)
{
	/* Characters of names; the numbers stay those of the C locale. */
	setlocale(LC_CTYPE, "");
	ui->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	set_escdelay(ESCAPE_MS);
	ui->screen = newterm(NULL, stdout, stdin);
	if (!ui->screen)
		return false;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	ui->colours = show_colours(STDOUT_FILENO) && has_colors();
	if (ui->colours) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_GREEN, -1);
		init_pair(2, COLOR_YELLOW, -1);
		init_pair(3, COLOR_RED, -1);
	}
	return true;
}

static void on_resize(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row && w.ws_col)
		resizeterm(w.ws_row, w.ws_col);
	clearok(stdscr, TRUE);
}

static int key_of(int key)
{
	static const struct {
		int curses, top;
	} keys[] = {
		{ KEY_UP, TOP_KEY_UP },
		{ KEY_DOWN, TOP_KEY_DOWN },
		{ KEY_PPAGE, TOP_KEY_PAGE_UP },
		{ KEY_NPAGE, TOP_KEY_PAGE_DOWN },
		{ KEY_HOME, TOP_KEY_FIRST },
		{ KEY_END, TOP_KEY_LAST },
		{ KEY_BACKSPACE, TOP_KEY_BACKSPACE },
		{ KEY_ENTER, '\n' },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].curses == key)
			return keys[i].top;
	return key < 256 ? key : 0;
}

/* --- data --- */

static void set_clock(struct top *top)
{
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(top->clock, sizeof(top->clock), "%H:%M:%S", &tm);
}

static void look(struct ui *ui)
{
	int64_t now = clock_ms();

	set_clock(&ui->top);
	top_read_processes(&ui->top,
			   ui->looked ? (double)(now - ui->looked) / 1000 : 0);
	ui->looked = now;
	follower_ask(&ui->agent);
}

static void try_connect(struct ui *ui)
{
	ui->tried = clock_ms();
	follower_connect(&ui->agent);
}

static void on_agent(struct ui *ui)
{
	json_t *state = NULL;
	int r = follower_read(&ui->agent, &state);

	if (r)
		top_read_nodes(&ui->top, state);
	json_decref(state);
}

/* --- events --- */

/* 1: leave. */
static int on_keys(struct ui *ui)
{
	int key, n = 0;

	while ((key = getch()) != ERR) {
		struct top_wish wish = top_key(&ui->top, key_of(key));

		n++;
		if (wish.kind == TOP_WISH_QUIT)
			return 1;
		if (wish.kind == TOP_WISH_REFRESH)
			clearok(stdscr, TRUE);
		top_act(&ui->top, &ui->acts, &wish);
		if (wish.kind != TOP_WISH_NOTHING)
			look(ui);
	}
	return n == 0; /* poll() said there was something: it has ended */
}

static int on_signal(struct ui *ui)
{
	int leave = terminal_signal(ui->signals);

	if (leave == 0)
		on_resize();
	return leave > 0;
}

/* The second look comes soon: only then it is seen who uses a CPU. */
static int64_t next_look(const struct ui *ui)
{
	int delay = ui->delay_ms;

	if (!ui->top.picked && delay > SECOND_LOOK_MS)
		delay = SECOND_LOOK_MS;
	return ui->looked + delay;
}

static int time_left(const struct ui *ui)
{
	int64_t left = next_look(ui) - clock_ms();

	if (ui->agent.fd < 0 && left > RETRY_MS)
		left = RETRY_MS;
	return left > 0 ? (int)left : 0;
}

static void on_time(struct ui *ui)
{
	int64_t now = clock_ms();

	if (now >= next_look(ui))
		look(ui);
	if (ui->agent.fd < 0 && now >= ui->tried + RETRY_MS)
		try_connect(ui);
}

static void follow(struct ui *ui)
{
	int leave = 0;

	while (!leave) {
		struct pollfd p[3 + TOP_ACTS] = {
			{ .fd = ui->signals, .events = POLLIN },
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = ui->agent.fd, .events = POLLIN },
		};

		top_act_poll(&ui->acts, p + 3);
		draw(ui);
		if (poll(p, 3 + TOP_ACTS, time_left(ui)) < 0)
			continue;
		if (p[0].revents)
			leave = on_signal(ui);
		if (!leave && p[1].revents)
			leave = on_keys(ui);
		if (p[2].revents)
			on_agent(ui);
		if (top_act_read(&ui->top, &ui->acts, p + 3))
			look(ui);
		on_time(ui);
	}
}

static void set_options(struct ui *ui, const struct top_options *o)
{
	ui->delay_ms = o->delay_ms;
	ui->top.view = o->view;
	ui->top.bar = o->bar;
	ui->top.dead = o->dead;
	ui->top.totals = o->totals;
	ui->top.watch = o->watch;
	ui->top.first = o->first;
}

int top_delay_parse(int *ret_ms, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0) || seconds > DELAY_MAX_S)
		return -EINVAL;
	*ret_ms = (int)(seconds * 1000);
	if (*ret_ms < TOP_DELAY_MIN_MS)
		*ret_ms = TOP_DELAY_MIN_MS;
	return 0;
}

int top_run(const struct top_options *options)
{
	struct ui ui = { .agent.fd = -1 };

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return tess_error(false, "failed",
				  "'tess top' is for a terminal",
				  "'tess nodes' and 'tess ps' print the same, "
				  "with --json for programs");
	if (!proc_has("hpc"))
		return process_no_kernel(false);
	top_init(&ui.top, geteuid());
	set_options(&ui, options);
	gethostname(ui.top.host, sizeof(ui.top.host) - 1);
	ui.signals = terminal_signals();
	if (ui.signals < 0)
		return tess_error(false, "failed", strerror(-ui.signals), NULL);
	if (!open_terminal(&ui)) {
		close(ui.signals);
		return tess_error(false, "failed",
				  "this type of terminal is not known",
				  "set TERM to one that is, such as vt100");
	}
	try_connect(&ui);
	look(&ui);
	follow(&ui);
	endwin();
	delscreen(ui.screen);
	follower_disconnect(&ui.agent);
	top_act_finish(&ui.acts);
	top_finish(&ui.top);
	close(ui.signals);
	return TESS_OK;
}

int cmd_top(const struct tess_command *self, int argc, char **argv, bool json)
{
	static const struct option options[] = {
		{ "delay", required_argument, NULL, 'd' },
		{ "nodes", no_argument, NULL, 'n' },
		{ "watch", no_argument, NULL, 'w' },
		{ 0 },
	};
	static const char seconds[] = "it takes seconds, an hour at most: "
				      "-d 0.5";
	struct top_options o = { .delay_ms = TOP_DELAY_MS };
	int code, at;

	if (json)
		return tess_usage(self, true, "--json");
	optind = 0; /* getopt(3): begin anew */
	opterr = 0;
	for (at = 1;
	     (code = getopt_long(argc, argv, "+:d:nw", options, NULL)) >= 0;
	     at = optind) {
		if (code == '?')
			return tess_usage(self, false, argv[at]);
		if (code == ':')
			return tess_bad_value(argv[at], NULL, seconds);
		if (code == 'd' && top_delay_parse(&o.delay_ms, optarg) < 0)
			return tess_bad_value("-d", optarg, seconds);
		if (code == 'n')
			o.view = TOP_NODES;
		if (code == 'w')
			o.watch = true;
	}
	if (optind < argc)
		return tess_usage(self, false, argv[optind]);
	return top_run(&o);
}
