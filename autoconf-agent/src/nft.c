// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs nft(8) as a process of its own that shares nothing with the agent but
 * two files in memory.
 */
#include "nft.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"

/* A file in memory: unlike a pipe it never makes a writer wait. */
static int make_file(const char *name, const char *data, size_t len)
{
	cleanup_close int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (len && pwrite(fd, data, len, 0) != (ssize_t)len)
		return -EIO;
	return take_fd(&fd);
}

static int spawn(pid_t *ret, int input, int complaints)
{
	static const char *const places[] = { "/usr/sbin/nft", "/sbin/nft",
					      "/usr/bin/nft" };
	char name[] = "nft", option[] = "-f", standard_input[] = "-";
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	     locale[] = "LC_ALL=C";
	char *arguments[] = { name, option, standard_input, NULL };
	char *environment[] = { path, locale, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t set;
	int r = ENOENT;

	if (posix_spawn_file_actions_init(&files) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return -ENOMEM;
	}
	/* The agent blocks signals for its event loop; nft shall not. */
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attributes, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &set);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, complaints, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
	for (size_t i = 0; i < 3 && r == ENOENT; i++)
		r = posix_spawn(ret, places[i], &files, &attributes, arguments,
				environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return -r;
}

/* Its exit status, once it has ended or was killed. */
static int reap(pid_t pid)
{
	siginfo_t info = { 0 };
	int r;

	do {
		r = waitid(P_PID, (id_t)pid, &info, WEXITED);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	return info.si_code == CLD_EXITED && info.si_status == 0 ? 0 : -EPROTO;
}

/* What was written to the file, on one line of printable characters. */
static void read_text(int fd, char text[NFT_TEXT])
{
	ssize_t n = pread(fd, text, NFT_TEXT - 1, 0);
	size_t len = n > 0 ? (size_t)n : 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = ' ';
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
}

int nft_start(struct nft *ret, const char *script, size_t len)
{
	cleanup_close int input = make_file("rules", script, len);
	cleanup_close int complaints = make_file("complaints", NULL, 0);
	pid_t pid;
	int fd, r;

	if (input < 0)
		return input;
	if (complaints < 0)
		return complaints;
	r = spawn(&pid, input, complaints);
	if (r < 0)
		return r;
	fd = pidfd_open(pid, 0);
	if (fd < 0) {
		r = -errno;
		kill(pid, SIGKILL);
		reap(pid);
		return r;
	}
	ret->pid = pid;
	ret->fd = fd;
	ret->complaints = take_fd(&complaints);
	return 0;
}

int nft_finish(struct nft *nft, int ms, char text[NFT_TEXT])
{
	struct pollfd poll_fd = { .fd = nft->fd, .events = POLLIN };
	int n, r;

	do {
		n = poll(&poll_fd, 1, ms);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		kill(nft->pid, SIGKILL);
	r = reap(nft->pid);
	if (n <= 0)
		r = -ETIMEDOUT;
	text[0] = '\0';
	if (r < 0)
		read_text(nft->complaints, text);
	close(nft->fd);
	close(nft->complaints);
	*nft = (struct nft)NFT_NONE;
	return r;
}
