// SPDX-License-Identifier: GPL-2.0-or-later
#include "mover.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "rights.h"

#define FAILED 255 /* no errno is that large */

struct mover {
	sd_event *event;
	sd_event_source *child;
	pid_t pid; /* 0: none */
	void (*done)(int error, void *userdata);
	void *userdata;
};

int mover_new(struct mover **ret, sd_event *event,
	      void (*done)(int error, void *userdata), void *userdata)
{
	struct mover *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->event = event;
	m->done = done;
	m->userdata = userdata;
	*ret = m;
	return 0;
}

static void give_up(struct mover *m)
{
	m->child = sd_event_source_disable_unref(m->child);
	if (!m->pid)
		return;
	if (kill(m->pid, SIGKILL) == 0)
		(void)waitpid(m->pid, NULL, 0);
	m->pid = 0;
}

void mover_free(struct mover *m)
{
	if (!m)
		return;
	give_up(m);
	free(m);
}

bool mover_busy(const struct mover *m)
{
	return m->pid != 0;
}

/* The agent's descriptors must not live on in here: the kernel would not see its
 * end, and a new one could not begin. */
static void __attribute__((noreturn)) work(const struct mover_order *order)
{
	sigset_t none;
	int fd, r;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	(void)close_range(3, ~0U, 0);
	/* The real user stays root, whom the agent may kill without CAP_KILL. */
	if ((geteuid() == 0 && setgroups(0, NULL) < 0) ||
	    rights_take(order->uid, order->gid) < 0)
		_exit(FAILED);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after it: a new user forgets it */
	fd = proc_open_to_write("%d/goto", order->pid);
	r = fd < 0 ? fd : proc_write_goto(fd, order->to, order->level);
	_exit(r < 0 ? -r : 0);
}

static int on_end(sd_event_source *s, const siginfo_t *info, void *userdata)
{
	struct mover *m = userdata;
	int error = -ECHILD;

	if (info->si_code == CLD_EXITED && info->si_status != FAILED)
		error = -info->si_status;
	m->pid = 0;
	m->child = sd_event_source_disable_unref(m->child);
	m->done(error, m->userdata);
	return 0;
}

int mover_start(struct mover *m, const struct mover_order *order)
{
	int r;

	if (m->pid)
		return -EBUSY;
	m->pid = fork();
	if (m->pid == 0)
		work(order);
	if (m->pid < 0) {
		m->pid = 0;
		return -errno;
	}
	r = sd_event_add_child(m->event, &m->child, m->pid, WEXITED, on_end, m);
	if (r < 0)
		give_up(m);
	return r;
}
