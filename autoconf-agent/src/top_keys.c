// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tess top: what a key means.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

static const struct top_wish nothing;

/* --- moving around --- */

static size_t moved(size_t at, int key, size_t page, size_t last)
{
	switch (key) {
	case TOP_KEY_UP:
		return at ? at - 1 : 0;
	case TOP_KEY_DOWN:
		return at < last ? at + 1 : last;
	case TOP_KEY_PAGE_UP:
		return at > page ? at - page : 0;
	case TOP_KEY_PAGE_DOWN:
		return at + page < last ? at + page : last;
	case TOP_KEY_FIRST:
		return 0;
	default:
		return last;
	}
}

static void select_other(struct top *top, int key)
{
	size_t at = 0;

	if (top->n_shown == 0)
		return;
	while (at < top->n_shown &&
	       top->processes[top->shown[at]].pid != top->selected)
		at++;
	at = moved(at, key, top->page, top->n_shown - 1);
	top->picked = true;
	top->selected = top->processes[top->shown[at]].pid;
}

static void go(struct top *top, int key)
{
	if (top->view == TOP_PROCESSES)
		select_other(top, key);
	else if (top->n_nodes > 0)
		top->node_offset = moved(top->node_offset, key, top->page,
					 top->n_nodes - 1);
}

/* --- questions on the last line --- */

static void ask(struct top *top, enum top_prompt prompt,
		const struct top_process *p)
{
	top->prompt = prompt;
	top->asked = p->pid;
	top->asked_start = p->start;
	*top->typed = '\0';
	*top->message = '\0';
}

int top_signal_parse(const char *text)
{
	char *end;
	long number;

	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcasecmp(sigabbrev_np(i), text) == 0)
			return i;
	number = strtol(text, &end, 10);
	if (end == text || *end || number < 1 || number >= NSIG)
		return -EINVAL;
	return (int)number;
}

static bool nice_parse(int *ret, const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end || number < -20 || number > 19)
		return false;
	*ret = (int)number;
	return true;
}

/* The list may have changed since it was asked, and its PID may be another's. */
static bool is_gone(struct top *top)
{
	char message[TOP_MESSAGE];

	if (top_asked(top))
		return false;
	snprintf(message, sizeof(message), "PID %d: it has ended", top->asked);
	top_say(top, TONE_WARN, message);
	top->prompt = TOP_PROMPT_NONE;
	return true;
}

static struct top_wish answer(struct top *top)
{
	struct top_wish wish = { .pid = top->asked };
	const char *text = top->typed;

	if (is_gone(top))
		return nothing;
	switch (top->prompt) {
	case TOP_PROMPT_NONE:
		break;
	case TOP_PROMPT_MOVE:
		if (*text)
			wish.kind = TOP_WISH_MOVE;
		snprintf(wish.text, sizeof(wish.text), "%s", text);
		break;
	case TOP_PROMPT_NICE:
		if (nice_parse(&wish.number, text))
			wish.kind = TOP_WISH_NICE;
		else if (*text)
			top_say(top, TONE_BAD, "a nice value is -20 to 19");
		break;
	case TOP_PROMPT_KILL:
		wish.number = *text ? top_signal_parse(text) : SIGTERM;
		if (wish.number > 0)
			wish.kind = TOP_WISH_SIGNAL;
		else
			top_say(top, TONE_BAD, "there is no such signal");
		break;
	}
	top->prompt = TOP_PROMPT_NONE;
	return wish;
}

static struct top_wish prompt_key(struct top *top, int key)
{
	size_t len = strlen(top->typed);

	if (key == '\n' || key == '\r')
		return answer(top);
	if (key == 27 || key == 3 || key == 7)
		top->prompt = TOP_PROMPT_NONE;
	else if ((key == TOP_KEY_BACKSPACE || key == 8 || key == 127) && len)
		top->typed[len - 1] = '\0';
	else if (key == 21)
		*top->typed = '\0';
	else if (key > ' ' && key < 127 && len + 1 < sizeof(top->typed)) {
		top->typed[len] = (char)key;
		top->typed[len + 1] = '\0';
	}
	return nothing;
}

/* --- what is done with the selected process --- */

static struct top_wish act(struct top *top, int key)
{
	const struct top_process *p = top_selected(top);
	struct top_wish wish = { .pid = top->selected };

	if (top->watch) {
		top_say(top, TONE_WARN, "this is for watching only");
		return nothing;
	}
	if (!p) {
		top_say(top, TONE_WARN, "no process is selected");
		return nothing;
	}
	top->picked = true;
	switch (key) {
	case 'm':
		ask(top, TOP_PROMPT_MOVE, p);
		break;
	case 'r':
		ask(top, TOP_PROMPT_NICE, p);
		break;
	case 'k':
		ask(top, TOP_PROMPT_KILL, p);
		break;
	case 'b':
		wish.kind = TOP_WISH_MOVE;
		snprintf(wish.text, sizeof(wish.text), "home");
		break;
	case 'l':
		wish.kind = p->locked ? TOP_WISH_FREE : TOP_WISH_LOCK;
		break;
	default: /* s */
		wish.kind = TOP_WISH_SIGNAL;
		wish.number = p->state == 'T' ? SIGCONT : SIGSTOP;
		break;
	}
	return wish;
}

/* --- what is shown --- */

static void next_sort(struct top *top)
{
	static const char *const words[] = {
		[TOP_BY_CPU] = "sorted by CPU",
		[TOP_BY_MEMORY] = "sorted by memory",
		[TOP_BY_PID] = "sorted by PID",
	};

	top->sort = top->sort == TOP_BY_PID ? TOP_BY_CPU : top->sort + 1;
	top_say(top, TONE_FAINT, words[top->sort]);
}

static void switch_view(struct top *top, enum top_view view)
{
	if (view == TOP_HELP)
		top->before_help = top->view;
	top->view = view;
}

/* Keys of the nodes alone, as mosmon had them. */
static bool nodes_key(struct top *top, int key)
{
	switch (key) {
	case 'u':
		top->bar = TOP_BAR_UTIL;
		return true;
	case 'l':
		top->bar = TOP_BAR_LOAD;
		return true;
	case 's':
		top->bar = TOP_BAR_SPEED;
		return true;
	case 'm':
		top->bar = TOP_BAR_MEMORY;
		return true;
	case 'd':
		top->dead = !top->dead;
		return true;
	case 't':
		top->totals = !top->totals;
		return true;
	}
	return false;
}

static bool list_key(struct top *top, int key)
{
	switch (key) {
	case 'a':
		top->all = !top->all;
		top_say(top, TONE_FAINT,
			top->all ? "also those that cannot move" :
				   "those that can move");
		return true;
	case 'u':
		top->others = !top->others;
		top_say(top, TONE_FAINT,
			top->others ? "everybody's processes" :
				      "own processes, and guests");
		return true;
	case 'o':
		next_sort(top);
		return true;
	}
	return false;
}

static struct top_wish view_key(struct top *top, int key)
{
	if (key >= TOP_KEY_UP && key <= TOP_KEY_LAST) {
		go(top, key);
		return nothing;
	}
	if (key == 'n' || key == '\t')
		switch_view(top,
			    top->view == TOP_NODES ? TOP_PROCESSES : TOP_NODES);
	else if (key == '?' || key == 'h')
		switch_view(top, TOP_HELP);
	else if (key == ' ')
		return (struct top_wish){ .kind = TOP_WISH_REFRESH };
	else if (top->view == TOP_NODES)
		nodes_key(top, key);
	else if (!list_key(top, key) && key > 0 && key < 128 &&
		 strchr("mrkbls", key))
		return act(top, key);
	return nothing;
}

struct top_wish top_key(struct top *top, int key)
{
	struct top_wish wish = nothing;

	if (top->prompt != TOP_PROMPT_NONE) {
		wish = prompt_key(top, key);
	} else {
		*top->message = '\0';
		if (key == 'q')
			wish.kind = TOP_WISH_QUIT;
		else if (top->view == TOP_HELP)
			top->view = top->before_help;
		else
			wish = view_key(top, key);
	}
	top_arrange(top);
	return wish;
}
