// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of each system call of a guest, see call.h. Every x86-64 call is
 * here. A pointer in a forwarded call must be described: otherwise home would
 * follow it into its own memory. ARG_INOUT is also for what the kernel writes only
 * sometimes: it comes back as it was. Calls that do not exist are local: the
 * host's kernel says so.
 */
#include <linux/inotify.h>
#include <linux/mman.h>
#include <linux/mqueue.h>
#include <linux/nospec.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/statfs.h>
#include <linux/sysinfo.h>
#include <linux/time.h>
#include <linux/times.h>
#include <linux/timex.h>
#include <linux/utime.h>
#include <linux/utsname.h>
#include <asm/unistd.h>
#include <uapi/linux/sched/types.h>

#include "marshal.h"

/* Actions */
#define HOME(name)							\
	[__NR_##name] = { .action = CALL_HOME }
#define LOCAL(name)							\
	[__NR_##name] = { .action = CALL_LOCAL }
#define MEMORY(name)							\
	[__NR_##name] = { .action = CALL_MEMORY }
#define FWD(name, ...)							\
	[__NR_##name] = { CALL_FORWARD, { __VA_ARGS__ } }
#define SPECIAL(name, fn)						\
	[__NR_##name] = { CALL_SPECIAL, .special = fn }

/* Arguments, one after the other; those left out are values */
#define VAL			{ ARG_VALUE }
#define STR			{ ARG_STRING }
#define IN(type)		{ ARG_IN, sizeof(type) }
#define OUT(type)		{ ARG_OUT, sizeof(type) }
#define INOUT(type)		{ ARG_INOUT, sizeof(type) }
#define IN_LEN(arg)		{ ARG_IN_LEN, arg }
#define OUT_RES(arg)		{ ARG_OUT_RESULT, arg }
#define INT(arg)		(CALL_INT | (arg))	/* the length is an int */
#define UINT(arg)		(CALL_UINT | (arg))

#define TIMESPEC		struct __kernel_timespec
#define TIMEVAL			struct __kernel_old_timeval
#define ITIMERSPEC		struct __kernel_itimerspec

static const struct call_entry calls[__NR_syscalls] = {
	/* Reading and writing */
	SPECIAL(read, marshal_read), SPECIAL(pread64, marshal_read),
	SPECIAL(write, marshal_write), SPECIAL(pwrite64, marshal_write),
	SPECIAL(readv, marshal_readv), SPECIAL(preadv, marshal_readv),
	SPECIAL(preadv2, marshal_readv), SPECIAL(writev, marshal_writev),
	SPECIAL(pwritev, marshal_writev), SPECIAL(pwritev2, marshal_writev),
	FWD(sendfile, VAL, VAL, INOUT(loff_t)),
	FWD(copy_file_range, VAL, INOUT(loff_t), VAL, INOUT(loff_t)),
	FWD(splice, VAL, INOUT(loff_t), VAL, INOUT(loff_t)), FWD(tee),
	HOME(vmsplice),				/* gives its pages away */

	/* Descriptors */
	FWD(close), FWD(close_range), FWD(dup), FWD(dup2), FWD(dup3), FWD(lseek),
	FWD(pipe, OUT(int[2])), FWD(pipe2, OUT(int[2])),
	SPECIAL(fcntl, marshal_fcntl), FWD(flock), SPECIAL(ioctl, marshal_ioctl),
	FWD(eventfd), FWD(eventfd2), FWD(memfd_create, STR), FWD(memfd_secret),
	FWD(inotify_init), FWD(inotify_init1), FWD(inotify_add_watch, VAL, STR),
	FWD(inotify_rm_watch), HOME(fanotify_init), HOME(fanotify_mark),

	/* Opening and making files */
	FWD(open, STR), FWD(creat, STR), FWD(openat, VAL, STR),
	FWD(openat2, VAL, STR, IN_LEN(3)),
	FWD(mkdir, STR), FWD(mkdirat, VAL, STR), FWD(mknod, STR), FWD(mknodat, VAL, STR),
	FWD(link, STR, STR), FWD(linkat, VAL, STR, VAL, STR),
	FWD(symlink, STR, STR), FWD(symlinkat, STR, VAL, STR),
	FWD(rename, STR, STR), FWD(renameat, VAL, STR, VAL, STR),
	FWD(renameat2, VAL, STR, VAL, STR),
	FWD(unlink, STR), FWD(unlinkat, VAL, STR), FWD(rmdir, STR),
	FWD(truncate, STR), FWD(ftruncate), FWD(fallocate), FWD(umask),
	HOME(name_to_handle_at), HOME(open_by_handle_at),

	/* What is known of files */
	FWD(stat, STR, OUT(struct stat)), FWD(lstat, STR, OUT(struct stat)),
	FWD(fstat, VAL, OUT(struct stat)), FWD(newfstatat, VAL, STR, OUT(struct stat)),
	FWD(statx, VAL, STR, VAL, VAL, OUT(struct statx)),
	FWD(statfs, STR, OUT(struct statfs)), FWD(fstatfs, VAL, OUT(struct statfs)),
	FWD(ustat, VAL, OUT(struct ustat)),
	FWD(access, STR), FWD(faccessat, VAL, STR), FWD(faccessat2, VAL, STR),
	FWD(readlink, STR, OUT_RES(INT(2))), FWD(readlinkat, VAL, STR, OUT_RES(INT(3))),
	FWD(chmod, STR), FWD(fchmod), FWD(fchmodat, VAL, STR), FWD(fchmodat2, VAL, STR),
	FWD(chown, STR), FWD(lchown, STR), FWD(fchown), FWD(fchownat, VAL, STR),
	FWD(utime, STR, IN(struct utimbuf)), FWD(utimes, STR, IN(TIMEVAL[2])),
	FWD(futimesat, VAL, STR, IN(TIMEVAL[2])), FWD(utimensat, VAL, STR, IN(TIMESPEC[2])),
	FWD(setxattr, STR, STR, IN_LEN(3)), FWD(lsetxattr, STR, STR, IN_LEN(3)),
	FWD(fsetxattr, VAL, STR, IN_LEN(3)),
	FWD(getxattr, STR, STR, OUT_RES(3)), FWD(lgetxattr, STR, STR, OUT_RES(3)),
	FWD(fgetxattr, VAL, STR, OUT_RES(3)),
	FWD(listxattr, STR, OUT_RES(2)), FWD(llistxattr, STR, OUT_RES(2)),
	FWD(flistxattr, VAL, OUT_RES(2)),
	FWD(removexattr, STR, STR), FWD(lremovexattr, STR, STR), FWD(fremovexattr, VAL, STR),
	FWD(cachestat, VAL, IN(struct cachestat_range), OUT(struct cachestat)),

	/* Directories */
	FWD(getdents, VAL, OUT_RES(UINT(2))), FWD(getdents64, VAL, OUT_RES(UINT(2))),
	FWD(getcwd, OUT_RES(1)), FWD(chdir, STR), FWD(fchdir), FWD(chroot, STR),

	/* To the disk */
	FWD(sync), FWD(syncfs), FWD(fsync), FWD(fdatasync), FWD(sync_file_range),
	FWD(readahead), FWD(fadvise64), FWD(ioprio_set), FWD(ioprio_get),

	/* Mounts and disks: rare, and their arguments are intricate */
	HOME(mount), HOME(umount2), HOME(pivot_root), HOME(open_tree), HOME(move_mount),
	HOME(fsopen), HOME(fsconfig), HOME(fsmount), HOME(fspick), HOME(mount_setattr),
	HOME(statmount), HOME(listmount), HOME(quotactl), HOME(quotactl_fd),
	HOME(swapon), HOME(swapoff), HOME(acct), HOME(sysfs),

	/* Sockets */
	FWD(socket), FWD(socketpair, VAL, VAL, VAL, OUT(int[2])), FWD(listen), FWD(shutdown),
	FWD(bind, VAL, IN_LEN(INT(2))), FWD(connect, VAL, IN_LEN(INT(2))),
	SPECIAL(accept, marshal_accept), SPECIAL(accept4, marshal_accept),
	SPECIAL(getsockname, marshal_getname), SPECIAL(getpeername, marshal_getname),
	SPECIAL(sendto, marshal_sendto), SPECIAL(recvfrom, marshal_recvfrom),
	SPECIAL(sendmsg, marshal_sendmsg), SPECIAL(recvmsg, marshal_recvmsg),
	SPECIAL(sendmmsg, marshal_sendmmsg), SPECIAL(recvmmsg, marshal_recvmmsg),
	SPECIAL(setsockopt, marshal_setsockopt), SPECIAL(getsockopt, marshal_getsockopt),

	/* Waiting for files */
	SPECIAL(poll, marshal_poll), SPECIAL(ppoll, marshal_ppoll),
	SPECIAL(select, marshal_select), SPECIAL(pselect6, marshal_pselect6),
	FWD(epoll_create), FWD(epoll_create1), SPECIAL(epoll_ctl, marshal_epoll_ctl),
	SPECIAL(epoll_wait, marshal_epoll_wait), SPECIAL(epoll_pwait, marshal_epoll_wait),
	SPECIAL(epoll_pwait2, marshal_epoll_wait),

	/* Rings that are shared with the kernel of the node where they are */
	HOME(io_uring_setup), HOME(io_uring_enter), HOME(io_uring_register),
	HOME(io_setup), HOME(io_destroy), HOME(io_getevents), HOME(io_pgetevents),
	HOME(io_submit), HOME(io_cancel),

	/* The address space: what is private and anonymous is the guest's own */
	MEMORY(mmap), MEMORY(munmap), MEMORY(mremap), MEMORY(mprotect), MEMORY(brk),
	MEMORY(madvise), LOCAL(mincore),
	LOCAL(msync),				/* shared mappings do not move */
	HOME(mlock), HOME(mlock2), HOME(munlock), HOME(mlockall), HOME(munlockall),
	HOME(remap_file_pages), HOME(pkey_mprotect), HOME(pkey_alloc), HOME(pkey_free),
	HOME(mseal), HOME(map_shadow_stack), HOME(userfaultfd),
	HOME(process_madvise), FWD(process_mrelease),
	HOME(process_vm_readv), HOME(process_vm_writev),
	HOME(mbind), HOME(set_mempolicy), HOME(get_mempolicy), HOME(migrate_pages),
	HOME(move_pages), HOME(set_mempolicy_home_node),
	HOME(shmget), HOME(shmat), HOME(shmdt), HOME(shmctl),

	/* Locks in memory, and what is the thread's own */
	SPECIAL(futex, marshal_futex), LOCAL(futex_wait), LOCAL(futex_wake),
	LOCAL(futex_requeue), LOCAL(futex_waitv), LOCAL(set_robust_list),
	SPECIAL(get_robust_list, marshal_robust_list),
	LOCAL(rseq), LOCAL(membarrier), LOCAL(set_tid_address), LOCAL(gettid), LOCAL(getpid),
	LOCAL(getcpu), LOCAL(getrandom), LOCAL(uretprobe),
	SPECIAL(arch_prctl, marshal_arch_prctl), SPECIAL(prctl, marshal_prctl),
	SPECIAL(personality, marshal_personality), HOME(modify_ldt), HOME(iopl), HOME(ioperm),

	/* Time. To look and to sleep is the host's; to set clocks and timers is home's */
	LOCAL(time), LOCAL(gettimeofday), LOCAL(nanosleep),
	SPECIAL(clock_gettime, marshal_clock), SPECIAL(clock_getres, marshal_clock),
	SPECIAL(clock_nanosleep, marshal_nanosleep),
	FWD(settimeofday, IN(TIMEVAL), IN(struct timezone)),
	FWD(clock_settime, VAL, IN(TIMESPEC)), FWD(adjtimex, INOUT(struct __kernel_timex)),
	FWD(clock_adjtime, VAL, INOUT(struct __kernel_timex)),
	FWD(alarm), SPECIAL(getitimer, marshal_itimer), SPECIAL(setitimer, marshal_itimer),
	SPECIAL(timer_create, marshal_timer_create),
	FWD(timer_settime, VAL, VAL, IN(ITIMERSPEC), OUT(ITIMERSPEC)),
	FWD(timer_gettime, VAL, OUT(ITIMERSPEC)), FWD(timer_getoverrun), FWD(timer_delete),
	FWD(timerfd_create), FWD(timerfd_settime, VAL, VAL, IN(ITIMERSPEC), OUT(ITIMERSPEC)),
	FWD(timerfd_gettime, VAL, OUT(ITIMERSPEC)),

	/* Signals: they are queued at the guest, and sent at home */
	SPECIAL(rt_sigaction, marshal_sigaction), LOCAL(rt_sigprocmask), LOCAL(rt_sigreturn),
	LOCAL(rt_sigpending), LOCAL(rt_sigsuspend), LOCAL(rt_sigtimedwait), LOCAL(pause),
	LOCAL(sigaltstack), LOCAL(restart_syscall),
	FWD(kill), FWD(tkill), FWD(tgkill), FWD(rt_sigqueueinfo, VAL, VAL, IN(siginfo_t)),
	FWD(rt_tgsigqueueinfo, VAL, VAL, VAL, IN(siginfo_t)),
	FWD(pidfd_open), FWD(pidfd_getfd), FWD(pidfd_send_signal, VAL, VAL, IN(siginfo_t)),
	HOME(signalfd), HOME(signalfd4),	/* at home there is nothing to read for it */

	/* Processes: they are made, and replaced, at home */
	HOME(fork), HOME(vfork), HOME(clone), HOME(clone3), HOME(execve), HOME(execveat),
	LOCAL(exit), LOCAL(exit_group),
	FWD(wait4, VAL, INOUT(int), VAL, INOUT(struct rusage)), SPECIAL(waitid, marshal_waitid),
	FWD(getppid), FWD(getpgid), FWD(getpgrp), FWD(getsid), FWD(setpgid), FWD(setsid),
	SPECIAL(getrusage, marshal_getrusage), SPECIAL(times, marshal_times),
	HOME(ptrace), HOME(kcmp), HOME(unshare), HOME(setns),

	/* Scheduling: of the deputy, so that the answers fit. What is set goes along */
	LOCAL(sched_yield), LOCAL(sched_get_priority_max), LOCAL(sched_get_priority_min),
	FWD(getpriority), FWD(sched_getscheduler),
	FWD(sched_getparam, VAL, OUT(struct sched_param)),
	FWD(sched_rr_get_interval, VAL, OUT(TIMESPEC)),
	HOME(setpriority), HOME(sched_setscheduler), HOME(sched_setparam), HOME(sched_setattr),
	SPECIAL(sched_getattr, marshal_sched_getattr),
	FWD(sched_setaffinity, VAL, VAL, IN_LEN(UINT(1))),
	FWD(getrlimit, VAL, OUT(struct rlimit)), HOME(setrlimit),
	SPECIAL(prlimit64, marshal_prlimit),
	FWD(sched_getaffinity, VAL, VAL, OUT_RES(UINT(1))),

	/* Who it is. What changes that goes home: it would have to change here, too */
	FWD(getuid), FWD(geteuid), FWD(getgid), FWD(getegid),
	FWD(getresuid, OUT(uid_t), OUT(uid_t), OUT(uid_t)),
	FWD(getresgid, OUT(gid_t), OUT(gid_t), OUT(gid_t)),
	SPECIAL(getgroups, marshal_getgroups),
	HOME(setuid), HOME(setgid), HOME(setreuid), HOME(setregid), HOME(setresuid),
	HOME(setresgid), HOME(setfsuid), HOME(setfsgid), HOME(setgroups),
	HOME(capget), HOME(capset), HOME(add_key), HOME(request_key), HOME(keyctl),
	HOME(seccomp), HOME(landlock_create_ruleset), HOME(landlock_add_rule),
	HOME(landlock_restrict_self), HOME(lsm_get_self_attr), HOME(lsm_set_self_attr),
	HOME(lsm_list_modules),

	/* System V semaphores and messages, POSIX message queues */
	FWD(semget), SPECIAL(semop, marshal_semop), SPECIAL(semtimedop, marshal_semop),
	SPECIAL(semctl, marshal_semctl), FWD(msgget), SPECIAL(msgsnd, marshal_msgsnd),
	SPECIAL(msgrcv, marshal_msgrcv), SPECIAL(msgctl, marshal_msgctl),
	SPECIAL(mq_open, marshal_mq_open), FWD(mq_unlink, STR),
	SPECIAL(mq_timedsend, marshal_mq_send), SPECIAL(mq_timedreceive, marshal_mq_receive),
	SPECIAL(mq_notify, marshal_mq_notify),
	FWD(mq_getsetattr, VAL, IN(struct mq_attr), OUT(struct mq_attr)),

	/* The system */
	FWD(uname, OUT(struct new_utsname)), FWD(sysinfo, OUT(struct sysinfo)),
	FWD(sethostname, IN_LEN(INT(1))), FWD(setdomainname, IN_LEN(INT(1))), FWD(vhangup),
	HOME(syslog), HOME(reboot), HOME(init_module), HOME(finit_module),
	HOME(delete_module), HOME(kexec_load), HOME(kexec_file_load),
	HOME(bpf), HOME(perf_event_open), HOME(uselib),

	/* Numbers that x86-64 does not have, or not any more */
	LOCAL(_sysctl), LOCAL(create_module), LOCAL(get_kernel_syms), LOCAL(query_module),
	LOCAL(nfsservctl), LOCAL(getpmsg), LOCAL(putpmsg), LOCAL(afs_syscall), LOCAL(tuxcall),
	LOCAL(security), LOCAL(set_thread_area), LOCAL(get_thread_area),
	LOCAL(lookup_dcookie), LOCAL(epoll_ctl_old), LOCAL(epoll_wait_old), LOCAL(vserver),
	[__NR_uretprobe + 1 ... __NR_pidfd_send_signal - 1] = { .action = CALL_LOCAL },
};

const struct call_entry *tessera_call_entry(long nr)
{
	static const struct call_entry none = { .action = CALL_LOCAL };

	if (nr < 0 || nr >= ARRAY_SIZE(calls))
		return &none;
	return &calls[array_index_nospec(nr, ARRAY_SIZE(calls))];
}
