// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PID 1 of a cage: shuts itself in, then makes the tasks that the kernel turns
 * into guests. Each gets the PID and the clocks that the process has at home.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cage.h"
#include "cleanup.h"

int unshare(int flags); /* <sched.h> does not go with <linux/sched.h> */

#define NAMESPACES                                                  \
	(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | \
	 CLONE_NEWUTS)
#define OOM_SCORE "500" /* guests end before the node's own processes */
#define NSEC 1000000000
#define FORMER_MS 2000
#define FORMERS 50
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* The only descriptors of PID 1. */
enum {
	FD_DEVICE,
	FD_SOCKET,
	FD_OFFSETS,
	FDS,
};

size_t cage_offsets(char ret[CAGE_OFFSETS], int64_t monotonic_ns,
		    int64_t boottime_ns)
{
	const int64_t ns[] = { monotonic_ns, boottime_ns };
	long long s[2], rest[2];

	for (int i = 0; i < 2; i++) {
		s[i] = ns[i] / NSEC;
		rest[i] = ns[i] % NSEC;
		if (rest[i] < 0) {
			s[i]--;
			rest[i] += NSEC;
		}
	}
	return (size_t)snprintf(ret, CAGE_OFFSETS,
				"monotonic %lld %lld\nboottime %lld %lld\n",
				s[0], rest[0], s[1], rest[1]);
}

static void report(int fd, const char *what, int error,
		   const struct tessera_guest_info *guest)
{
	struct cage_report r = { .error = error };

	snprintf(r.what, sizeof(r.what), "%s", what);
	if (guest) {
		r.pid = guest->pid;
		memcpy(r.comm, guest->comm, sizeof(r.comm));
	}
	(void)send(fd, &r, sizeof(r), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* --- shutting itself in --- */

static int put(const char *file, const char *text)
{
	cleanup_close int fd = open(file, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

/* An empty file system that nobody can write to, over a directory there is. */
static int empty_root(void)
{
	if (mount("cage", "/proc", "tmpfs",
		  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "size=4k,nr_inodes=1,mode=555") < 0)
		return -1;
	return chdir("/proc");
}

/* The initramfs can be neither exchanged nor unmounted: what is mounted in it
 * goes, then it is covered. */
static int cover_root(void)
{
	static const char *const mounts[] = { "/proc", "/tmp", "/run",
					      "/dev",  "/sys", "/proc" };

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++)
		(void)umount2(mounts[i], MNT_DETACH);
	if (empty_root() < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return -1;
	return chroot(".");
}

static int leave_root(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    empty_root() < 0)
		return -1;
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0)
			return -1;
	} else if (errno != EINVAL || cover_root() < 0) {
		return -1;
	}
	return chdir("/");
}

/* What it takes to make guests is left. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = 1u << CAP_SYS_ADMIN,
		  .permitted = 1u << CAP_SYS_ADMIN },
	};

	return (int)syscall(SYS_capset, &header, data);
}

/* Only what is needed stays open, at known places. */
static int arrange(int device, int socket, int offsets)
{
	int fds[FDS] = {
		[FD_DEVICE] = device, [FD_SOCKET] = socket, [FD_OFFSETS] = offsets
	};

	for (int i = 0; i < FDS; i++)
		fds[i] = fcntl(fds[i], F_DUPFD, FDS);
	for (int i = 0; i < FDS; i++)
		if (fds[i] < 0 || dup2(fds[i], i) < 0)
			return -1;
	return (int)syscall(SYS_close_range, FDS, ~0u, 0);
}

static void signals_default(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* NULL, or what failed. In this order: /proc is gone with the root. */
static const char *shut_in(const struct cage_setup *setup, int *socket)
{
	char name[16];
	int offsets;

	snprintf(name, sizeof(name), "cage-%u", setup->node);
	signals_default();
	signal(SIGCHLD, SIG_IGN); /* the kernel reaps */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    prctl(PR_SET_NAME, name) < 0 || setsid() < 0)
		return "prctl";
	if (unshare(CLONE_NEWCGROUP) < 0)
		return "unshare the cgroup";
	if (put("/proc/self/oom_score_adj", OOM_SCORE) < 0)
		return "set oom_score_adj";
	offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (offsets < 0)
		return "open timens_offsets";
	if (leave_root() < 0)
		return "leave the root";
	if (arrange(setup->device, *socket, offsets) < 0)
		return "arrange descriptors";
	*socket = FD_SOCKET;
	if (drop_capabilities() < 0)
		return "drop capabilities";
	return NULL;
}

/* --- guests --- */

/* The file belongs to PID 1, whatever namespace its next child goes to. */
static int set_clocks(const struct tessera_guest_info *guest)
{
	char text[CAGE_OFFSETS];
	size_t len;

	len = cage_offsets(text, guest->monotonic_ns, guest->boottime_ns);
	if (lseek(FD_OFFSETS, 0, SEEK_SET) < 0)
		return -1;
	return write(FD_OFFSETS, text, len) == (ssize_t)len ? 0 : -1;
}

static void refuse(const struct cage_setup *setup,
		   const struct tessera_guest_info *guest, const char *what,
		   int error)
{
	setup->fail(FD_DEVICE, guest->id);
	report(FD_SOCKET, what, error, guest);
}

static _Noreturn void become(const struct cage_setup *setup,
			     const struct tessera_guest_info *guest)
{
	char name[sizeof(guest->comm) + 1] = { 0 };
	int r = 0;

	memcpy(name, guest->comm, sizeof(guest->comm));
	signals_default();
	close(FD_OFFSETS);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NAME, name) < 0)
		r = -errno;
	if (r == 0)
		r = setup->become(FD_DEVICE, guest->id);
	if (r != -ENOENT)
		refuse(setup, guest, "become a guest", -r);
	_exit(-r & 0x7f);
}

/* Wait for the end of the task with a PID; false: it lives on. */
static bool outlived(pid_t pid)
{
	struct pollfd task = { .events = POLLHUP };
	bool gone;

	task.fd = (int)syscall(SYS_pidfd_open, pid, PIDFD_THREAD);
	if (task.fd < 0) /* it is gone, and its PID is free in a moment */
		return poll(NULL, 0, 1) == 0;
	gone = poll(&task, 1, FORMER_MS) > 0;
	close(task.fd);
	return gone;
}

/* Its former self, that went home or was lost, may not have ended yet. */
static long clone_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};
	long child;

	for (int i = 0; i < FORMERS; i++) {
		child = syscall(SYS_clone3, &args, sizeof(args));
		if (child >= 0 || errno != EEXIST)
			return child;
		if (!outlived(pid))
			break;
	}
	errno = EEXIST;
	return -1;
}

static void admit(const struct cage_setup *setup, uint64_t id)
{
	struct tessera_guest_info guest = { .id = id };
	const char *failed = NULL;
	int r = setup->info(FD_DEVICE, &guest);
	long pid = -1;

	if (r == -ENOENT)
		return; /* withdrawn */
	if (r < 0) {
		refuse(setup, &guest, "ask for it", -r);
		return;
	}
	if (unshare(CLONE_NEWTIME) < 0)
		failed = "unshare the clocks";
	else if (set_clocks(&guest) < 0)
		failed = "set the clocks";
	else if ((pid = clone_as(guest.pid)) < 0)
		failed = "clone";
	if (failed)
		refuse(setup, &guest, failed, errno);
	else if (pid == 0)
		become(setup, &guest);
}

/* Are there no guests? Ends are waited for here in case the kernel did not. */
static bool empty(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
	while (pid > 0);
	return pid < 0 && errno == ECHILD;
}

static _Noreturn void serve(const struct cage_setup *setup)
{
	struct pollfd socket = { .fd = FD_SOCKET, .events = POLLIN };
	struct cage_request request;

	for (;;) {
		bool idle = poll(&socket, 1, setup->idle_ms) == 0;

		if (empty() && idle)
			report(FD_SOCKET, "", 0, NULL);
		if (idle)
			continue;
		switch (recv(FD_SOCKET, &request, sizeof(request), 0)) {
		case sizeof(request):
			admit(setup, request.id);
			break;
		case 0:
			_exit(0);
		default:
			break;
		}
	}
}

int cage_start(const struct cage_setup *setup, pid_t *ret_pid, int *ret_socket)
{
	struct clone_args args = {
		.flags = NAMESPACES,
		.exit_signal = SIGCHLD,
	};
	const char *failed;
	int ends[2];
	long pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	if (setup->group >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)setup->group;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		close(ends[0]);
		failed = shut_in(setup, &ends[1]);
		if (!failed)
			serve(setup);
		report(ends[1], failed, errno, NULL);
		_exit(1);
	}
	close(ends[1]);
	if (pid < 0) {
		int r = -errno;

		close(ends[0]);
		return r;
	}
	*ret_pid = (pid_t)pid;
	*ret_socket = ends[0];
	return 0;
}
