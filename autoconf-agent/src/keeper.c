// SPDX-License-Identifier: GPL-2.0-or-later
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "proc.h"
#include "tess.h"
#include "tess_process.h"

enum keeper_does keeper_decide(const struct keeper *keeper, int64_t where,
			       int64_t locked, int64_t age)
{
	if (keeper->node == 0 || (!keeper->lock && age >= KEEPER_START_MS))
		return KEEPER_LEAVES;
	if (keeper->lock && !locked)
		return KEEPER_LEAVES; /* somebody freed it */
	if (where == keeper->node)
		return KEEPER_LOOKS;
	return where == 0 ? KEEPER_SENDS : KEEPER_LEAVES;
}

/* True when the command ended before. */
static bool ended_within(int pidfd, int64_t ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, (int)ms);
	while (r < 0 && errno == EINTR);
	return r != 0;
}

static int lock(const struct keeper *k, bool locked)
{
	int fd = proc_open_to_write("%d/lock", k->pid);

	return fd < 0 ? fd : proc_write_number(fd, locked);
}

static int send(const struct keeper *k)
{
	int fd = proc_open_to_write("%d/goto", k->pid);

	return fd < 0 ? fd : proc_write_goto(fd, k->node, k->level);
}

/* A locked process does not leave home, whoever asks. That would be the reason,
 * too: what kept it is asked before it is locked again. */
static int send_there(const struct keeper *k, bool unlock,
		      char ret_reason[REASON_SIZE])
{
	int r = 0;

	*ret_reason = '\0';
	if (k->node && unlock)
		(void)lock(k, false);
	if (k->node)
		r = send(k);
	if (r < 0 && process_reason(ret_reason, k->pid) < 0)
		*ret_reason = '\0';
	if (k->lock) {
		int locked = lock(k, true);

		r = r < 0 ? r : locked;
	}
	return r;
}

/* It was sent to where it is: this node has that number. */
static bool is_there(int error, const char *reason)
{
	return error < 0 && strcmp(reason, "that node is this one") == 0;
}

static void tell(const struct keeper *k, int error, const char *reason)
{
	char text[REASON_SIZE + 64];

	snprintf(text, sizeof(text), "PID %d stays at home: %s", k->pid,
		 *reason ? reason : strerror(-error));
	tess_note(text);
}

static void keep(const struct keeper *k, int pidfd)
{
	int64_t start = clock_ms(), wait = KEEPER_FIRST_MS, where, locked;
	char reason[REASON_SIZE];

	while (!ended_within(pidfd, wait)) {
		enum keeper_does does;

		if (proc_read_number(&where, "%d/where", k->pid) < 0 ||
		    proc_read_number(&locked, "%d/lock", k->pid) < 0)
			return;
		does = keeper_decide(k, where, locked, clock_ms() - start);
		if (does == KEEPER_LEAVES)
			return;
		if (does == KEEPER_SENDS &&
		    is_there(send_there(k, locked, reason), reason))
			return;
		wait = wait * 2 < KEEPER_LAST_MS ? wait * 2 : KEEPER_LAST_MS;
	}
}

static void silence(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

/* Nothing of the command's must stay open here: who reads its output waits for
 * the last writer. Standard error is kept for one message. */
static void let_go(int keep_fd)
{
	silence(STDIN_FILENO);
	silence(STDOUT_FILENO);
	if (keep_fd > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned int)keep_fd - 1, 0);
	close_range((unsigned int)keep_fd + 1, ~0u, 0);
	if (chdir("/") < 0)
		return; /* then it keeps a directory busy, no more */
}

static void run(const struct keeper *k, int started)
{
	cleanup_close int pidfd = -1;
	char reason[REASON_SIZE];
	ssize_t n;
	char byte;
	int r;

	let_go(started);
	pidfd = pidfd_open(k->pid, 0);
	if (pidfd < 0)
		return;
	do
		n = read(started, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 0)
		return; /* there is no command */
	r = send_there(k, false, reason);
	if (is_there(r, reason))
		return;
	if (r < 0 && r != -ESRCH && !ended_within(pidfd, 0))
		tell(k, r, reason);
	silence(STDERR_FILENO);
	keep(k, pidfd);
}

/* Not the command's child, lest it finds one that it never made. */
static int detach(const struct keeper *k, const int ends[2])
{
	pid_t child = fork();
	int status = 0;

	if (child < 0)
		return -errno;
	if (child > 0) {
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		return status == 0 ? 0 : -EAGAIN;
	}
	setsid();
	child = fork();
	if (child == 0) {
		close(ends[1]);
		run(k, ends[0]);
	}
	_exit(child < 0);
}

int keeper_start(const struct keeper *keeper)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	r = detach(keeper, ends);
	close(ends[0]);
	if (r == 0)
		return ends[1];
	close(ends[1]);
	return r;
}
