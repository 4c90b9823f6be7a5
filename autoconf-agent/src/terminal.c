// SPDX-License-Identifier: GPL-2.0-or-later
#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int terminal_signals(void)
{
	sigset_t mask;
	int fd;

	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigaddset(&mask, SIGINT);
	/* Else Ctrl-\ would leave the terminal as it is now. */
	sigaddset(&mask, SIGQUIT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int terminal_signal(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return -EAGAIN;
	return info.ssi_signo != SIGWINCH;
}

void follower_disconnect(struct follower *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	f->asks = false;
	client_line_clear(&f->line);
}

void follower_connect(struct follower *f)
{
	f->fd = client_connect();
	if (f->fd >= 0 && client_send(f->fd, "watch") < 0)
		follower_disconnect(f);
}

void follower_ask(struct follower *f)
{
	if (f->fd < 0 || f->asks)
		return;
	if (client_send(f->fd, "nodes") < 0)
		follower_disconnect(f);
	else
		f->asks = true;
}

int follower_read(struct follower *f, json_t **ret)
{
	json_t *state = NULL;
	int r = client_receive(f->fd, &f->line, &state);

	if (r < 0) {
		follower_disconnect(f);
		return r;
	}
	f->asks &= r == 0; /* any line will do: the next look asks again */
	if (!json_object_get(state, "nodes")) {
		json_decref(state);
		return 0;
	}
	*ret = state;
	return 1;
}
