// SPDX-License-Identifier: GPL-2.0-or-later
#include "top_act.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tess.h"

/* As a command of tess(1). */
static int work(const struct top_wish *w)
{
	static const struct tess_command self = { .name = "top", .usage = "" };
	char name[] = "top", pid[16], to[TOP_TYPED];
	char *argv[] = { name, pid, NULL, NULL };

	snprintf(pid, sizeof(pid), "%d", w->pid);
	switch (w->kind) {
	case TOP_WISH_MOVE:
		snprintf(to, sizeof(to), "%s", w->text);
		argv[2] = to;
		return cmd_migrate(&self, 3, argv, false);
	case TOP_WISH_LOCK:
		return cmd_stay(&self, 2, argv, false);
	case TOP_WISH_FREE:
		return cmd_free(&self, 2, argv, false);
	case TOP_WISH_NOTHING:
	case TOP_WISH_QUIT:
	case TOP_WISH_REFRESH:
	case TOP_WISH_SIGNAL:
	case TOP_WISH_NICE:
		break;
	}
	return TESS_FAILED;
}

static void worker(const struct top_wish *w, int say)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), r;
	sigset_t none;

	sigemptyset(&none);
	setpgid(0, 0); /* Ctrl-C is not meant for it */
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(say, STDOUT_FILENO);
	dup2(say, STDERR_FILENO);
	r = work(w);
	fflush(NULL);
	_exit(r);
}

static int start(struct top_act *act, const struct top_wish *w)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		worker(w, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	(void)setpgid(pid, pid); /* before a key is read, whoever runs first */
	*act = (struct top_act){ .worker = pid, .fd = ends[0] };
	return 0;
}

static void tell_start(struct top *top, const struct top_wish *w)
{
	char text[TOP_MESSAGE];

	if (w->kind != TOP_WISH_MOVE)
		return;
	snprintf(text, sizeof(text), "PID %d goes to %s ...", w->pid, w->text);
	top_say(top, TONE_FAINT, text);
}

static void begin(struct top *top, struct top_acts *acts,
		  const struct top_wish *w)
{
	for (size_t i = 0; i < TOP_ACTS; i++) {
		int r;

		if (acts->acts[i].worker)
			continue;
		r = start(&acts->acts[i], w);
		if (r < 0)
			top_say(top, TONE_BAD, strerror(-r));
		else
			tell_start(top, w);
		return;
	}
	top_say(top, TONE_WARN, "wait: other processes are still on their way");
}

static void done(struct top *top, const char *what, int number, pid_t pid,
		 int r)
{
	char text[TOP_MESSAGE];

	if (r < 0)
		snprintf(text, sizeof(text), "PID %d: %s", pid,
			 strerror(errno));
	else
		snprintf(text, sizeof(text), "PID %d: %s %d", pid, what,
			 number);
	top_say(top, r < 0 ? TONE_BAD : TONE_PLAIN, text);
}

void top_act(struct top *top, struct top_acts *acts, const struct top_wish *w)
{
	switch (w->kind) {
	case TOP_WISH_SIGNAL:
		done(top, "was sent signal", w->number, w->pid,
		     kill(w->pid, w->number));
		break;
	case TOP_WISH_NICE:
		done(top, "has nice value", w->number, w->pid,
		     setpriority(PRIO_PROCESS, (id_t)w->pid, w->number));
		break;
	case TOP_WISH_MOVE:
	case TOP_WISH_LOCK:
	case TOP_WISH_FREE:
		begin(top, acts, w);
		break;
	case TOP_WISH_NOTHING:
	case TOP_WISH_QUIT:
	case TOP_WISH_REFRESH:
		break;
	}
}

void top_act_poll(const struct top_acts *acts, struct pollfd ret[TOP_ACTS])
{
	for (size_t i = 0; i < TOP_ACTS; i++)
		ret[i] = (struct pollfd){
			.fd = acts->acts[i].worker ? acts->acts[i].fd : -1,
			.events = POLLIN,
		};
}

/* The first line is what matters; "tess:" needs not be said here. */
static void tell_end(struct top *top, struct top_act *act, bool ok)
{
	char *text = act->text;

	text[act->len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, "tess: ", 6) == 0)
		text += 6;
	top_say(top, ok ? TONE_GOOD : TONE_BAD, text);
}

static bool read_one(struct top *top, struct top_act *act)
{
	ssize_t n = read(act->fd, act->text + act->len,
			 sizeof(act->text) - 1 - act->len);
	int status = 0;

	if (n < 0 && errno == EINTR)
		return false;
	if (n > 0) {
		act->len += (size_t)n;
		if (act->len < sizeof(act->text) - 1)
			return false;
	}
	close(act->fd);
	waitpid(act->worker, &status, 0);
	tell_end(top, act, status == 0);
	act->worker = 0;
	return true;
}

bool top_act_read(struct top *top, struct top_acts *acts,
		  const struct pollfd polled[TOP_ACTS])
{
	bool ended = false;

	for (size_t i = 0; i < TOP_ACTS; i++)
		if (acts->acts[i].worker && polled[i].revents)
			ended |= read_one(top, &acts->acts[i]);
	return ended;
}

void top_act_finish(struct top_acts *acts)
{
	for (size_t i = 0; i < TOP_ACTS; i++)
		if (acts->acts[i].worker)
			close(acts->acts[i].fd);
	*acts = (struct top_acts){ 0 };
}
