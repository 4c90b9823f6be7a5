// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keeper watch UID	puts things on this node that everybody may use, and prints a
 *			line for each time that somebody does; runs until it is killed
 * keeper pry PID ADDRESS UID	as that user, tries to look into a process, and to
 *			stop it; prints what works
 *
 * What is kept is named in guest.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define TICK_MS 100

static void must(int result, const char *what)
{
	if (result >= 0)
		return;
	printf("no %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- what is kept --- */

static const char *const files[] = { "/" KEPT_NAME, "/tmp/" KEPT_NAME };

static int keep_files(void)
{
	int watch = inotify_init1(IN_NONBLOCK);

	must(watch, "inotify");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		int fd = open(files[i], O_RDWR | O_CREAT | O_TRUNC, 0666);

		must(fd, files[i]);
		must(write(fd, KEPT_TEXT, sizeof(KEPT_TEXT)), "text");
		fchmod(fd, 0777);
		close(fd);
		must(inotify_add_watch(watch, files[i], IN_ALL_EVENTS),
		     "watch");
	}
	return watch;
}

static int listener(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(bind(fd, address, size), "address");
	must(listen(fd, 8), "listener");
	return fd;
}

static int keep_port(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(KEPT_PORT),
	};

	return listener((const struct sockaddr *)&address, sizeof(address));
}

static int keep_name(bool abstract)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);

	if (abstract) {
		memcpy(address.sun_path + 1, KEPT_NAME, sizeof(KEPT_NAME) - 1);
		size = offsetof(struct sockaddr_un, sun_path) +
		       sizeof(KEPT_NAME);
	} else {
		strcpy(address.sun_path, "/tmp/" KEPT_NAME ".socket");
		unlink(address.sun_path);
	}
	return listener((const struct sockaddr *)&address, size);
}

static void keep_queues(void)
{
	mqd_t queue = mq_open("/" KEPT_NAME, O_RDWR | O_CREAT, 0666, NULL);

	must(msgget(KEPT_KEY, IPC_CREAT | 0666), "message queue");
	must(queue, "POSIX message queue");
	close(queue);
}

/* Each signal that reaches it, and can be caught, is a status of its end. */
static void be_target(uid_t user)
{
	sigset_t all;
	int signal;

	if (user && (setgroups(0, NULL) < 0 || setuid(user) < 0))
		_exit(126);
	/* After that, which would undo both. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 1);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigwait(&all, &signal);
	_exit(signal);
}

static pid_t keep_process(pid_t pid, uid_t user)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};
	pid_t child = syscall(SYS_clone3, &args, sizeof(args));

	if (child == 0)
		be_target(user);
	must(child, "process");
	return child;
}

/* --- watching --- */

static void tell_file(int watch)
{
	char buffer[4096];

	while (read(watch, buffer, sizeof(buffer)) > 0)
		puts("TOUCHED a file");
}

static void tell_process(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG | WUNTRACED) == pid)
		printf("TOUCHED process %d: status %#x\n", pid, status);
}

static void tell_queues(void)
{
	struct msqid_ds state;

	if (msgctl(msgget(KEPT_KEY, 0), IPC_STAT, &state) < 0 ||
	    state.msg_qnum || state.msg_stime)
		puts("TOUCHED a message queue");
}

static void __attribute__((noreturn)) watch(uid_t user)
{
	struct pollfd fds[] = {
		{ .fd = keep_files(), .events = POLLIN },
		{ .fd = keep_port(), .events = POLLIN },
		{ .fd = keep_name(true), .events = POLLIN },
		{ .fd = keep_name(false), .events = POLLIN },
	};
	pid_t targets[] = { keep_process(KEPT_PID, 0),
			    keep_process(KEPT_PID + 1, user) };

	keep_queues();
	puts("watching");
	for (;;) {
		fflush(stdout);
		poll(fds, 4, TICK_MS);
		if (fds[0].revents)
			tell_file(fds[0].fd);
		for (int i = 1; i < 4; i++) {
			if (!fds[i].revents)
				continue;
			close(accept(fds[i].fd, NULL, NULL));
			printf("TOUCHED socket %d\n", i);
		}
		tell_process(targets[0]);
		tell_process(targets[1]);
		tell_queues();
	}
}

/* --- prying --- */

static void pry_file(pid_t pid, const char *name)
{
	char path[64], buffer[256];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		n = read(fd, buffer, sizeof(buffer));
	if (n > 0)
		printf("GOT %s\n", path);
	if (readlink(path, buffer, sizeof(buffer)) > 0)
		printf("GOT the link %s\n", path);
	close(fd);
}

static int pry(pid_t pid, unsigned long address, uid_t user)
{
	static const char *const names[] = { "mem",	"environ", "maps",
					     "auxv",	"exe",	   "root",
					     "cwd",	"syscall", "stack",
					     "pagemap", "ns/net" };
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)address, 1 };

	if (setgroups(0, NULL) < 0 || setgid(user) < 0 || setuid(user) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		pry_file(pid, names[i]);
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) == 1)
		puts("GOT a byte of its memory");
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0)
		puts("GOT hold of it");
	if (kill(pid, 0) == 0)
		puts("GOT a signal through");
	if (setpriority(PRIO_PROCESS, pid, 19) == 0)
		puts("GOT its priority");
	puts("pried");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "watch") == 0)
		watch(atoi(argv[2]));
	if (argc == 5 && strcmp(argv[1], "pry") == 0)
		return pry(atoi(argv[2]), strtoul(argv[3], NULL, 0),
			   atoi(argv[4]));
	fputs("usage: keeper watch UID | pry PID ADDRESS UID\n", stderr);
	return 2;
}
