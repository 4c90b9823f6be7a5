// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attempts of a guest to reach its host. Each says what it got: a success where
 * there can be none, or bytes that only the host has. The host watches as well.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define USER 1000

static unsigned int breaches;

static void breach(const char *what, long result)
{
	breaches++;
	say("BREACH %s: %ld\n", what, result);
}

/* A call that must not succeed. */
#define FAILS(...)                                     \
	do {                                           \
		long result_;                          \
		go_away();                             \
		result_ = call(__VA_ARGS__);           \
		if (result_ >= 0)                      \
			breach(#__VA_ARGS__, result_); \
	} while (0)

/* --- files --- */

static void try_file(const char *path)
{
	static const int modes[] = { O_RDONLY, O_RDWR, O_PATH, O_WRONLY };
	char text[200];
	long fd, n;

	for (size_t i = 0; i < COUNT(modes); i++) {
		go_away();
		fd = call(SYS_open, path, modes[i]);
		if (fd < 0)
			continue;
		n = call(SYS_read, fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		if (strstr(path, KEPT_NAME) || strstr(text, KEPT_TEXT))
			breach(path, fd);
		call(SYS_close, fd);
	}
}

static void files(void)
{
	static const char *const paths[] = {
		"/" KEPT_NAME,
		"/tmp/" KEPT_NAME,
		"/proc/1/root/" KEPT_NAME,
		"/proc/self/root/" KEPT_NAME,
		"/proc/31337/root/" KEPT_NAME,
		"/proc/31337/cwd/" KEPT_NAME,
		"/proc/31337/mem",
		"/proc/31337/environ",
		"/../../" KEPT_NAME,
		"/dev/" KEPT_NAME,
		"/dev/mem",
		"/dev/kmem",
		"/dev/port",
		"/dev/tessera",
	};

	for (size_t i = 0; i < COUNT(paths); i++)
		try_file(paths[i]);
	FAILS(SYS_execve, "/" KEPT_NAME, NULL, NULL);
	FAILS(SYS_open_by_handle_at, AT_FDCWD, "\10\0\0\0\1\0\0\0........", 0);
	FAILS(SYS_unlink, "/tmp/" KEPT_NAME);
	FAILS(SYS_chmod, "/" KEPT_NAME, 0777);
	FAILS(SYS_truncate, "/tmp/" KEPT_NAME, 0);
}

/* --- processes --- */

static void processes(void)
{
	char byte = 0;
	struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
	struct perf_event_attr perf = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(perf) };
	siginfo_t info = { .si_code = SI_QUEUE };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	for (pid_t pid = KEPT_PID; pid <= KEPT_PID + 1; pid++) {
		FAILS(SYS_kill, pid, SIGUSR1);
		FAILS(SYS_kill, pid, SIGKILL);
		FAILS(SYS_kill, -pid, SIGKILL);
		FAILS(SYS_tkill, pid, SIGKILL);
		FAILS(SYS_tgkill, pid, pid, SIGKILL);
		FAILS(SYS_rt_sigqueueinfo, pid, SIGUSR1, &info);
		FAILS(SYS_pidfd_open, pid, 0);
		FAILS(SYS_ptrace, PTRACE_ATTACH, pid, 0, 0);
		FAILS(SYS_ptrace, PTRACE_SEIZE, pid, 0, 0);
		FAILS(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0);
		FAILS(SYS_process_vm_writev, pid, &here, 1, &there, 1, 0);
		FAILS(SYS_sched_setaffinity, pid, sizeof(cpus), &cpus);
		FAILS(SYS_setpriority, 0, pid, 19);
		FAILS(SYS_ioprio_set, 1, pid, 3 << 13);
		FAILS(SYS_prlimit64, pid, 7, NULL, &info);
		FAILS(SYS_kcmp, pid, getpid(), 0, 0, 0);
		FAILS(SYS_get_robust_list, pid, &info, &info);
		FAILS(SYS_migrate_pages, pid, 0, NULL, NULL);
		FAILS(SYS_perf_event_open, &perf, pid, -1, -1, 0);
		FAILS(SYS_getsid, pid);
	}
	if (byte)
		breach("a byte of another process", byte);
	/* Of those in its own PID name space there, PID 1 is none of home's. */
	FAILS(SYS_kill, 1, SIGKILL);
	FAILS(SYS_ptrace, PTRACE_SEIZE, 1, 0, 0);
	FAILS(SYS_process_vm_readv, 1, &here, 1, &there, 1, 0);
}

/* --- sockets and what lies in memory --- */

static void sockets(void)
{
	const struct sockaddr_in tcp = {
		.sin_family = AF_INET,
		.sin_port = htons(KEPT_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	long fd = call(SYS_socket, AF_INET, SOCK_STREAM, 0);

	FAILS(SYS_connect, fd, &tcp, sizeof(tcp));
	call(SYS_close, fd);
	fd = call(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	memcpy(name.sun_path + 1, KEPT_NAME, sizeof(KEPT_NAME) - 1);
	FAILS(SYS_connect, fd, &name,
	      offsetof(struct sockaddr_un, sun_path) + sizeof(KEPT_NAME));
	strcpy(name.sun_path, "/tmp/" KEPT_NAME ".socket");
	FAILS(SYS_connect, fd, &name, sizeof(name));
	call(SYS_close, fd);
	FAILS(SYS_msgget, KEPT_KEY, 0);
	FAILS(SYS_shmget, KEPT_KEY, 1, 0);
	FAILS(SYS_semget, KEPT_KEY, 1, 0);
	FAILS(SYS_mq_open, KEPT_NAME, O_RDONLY, 0, NULL);
}

/* --- what only root may --- */

static void privileges(void)
{
	char name[] = "mallory", buffer[64];

	FAILS(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
	FAILS(SYS_mount, "none", "/", "proc", 0, NULL);
	FAILS(SYS_umount2, "/", 2);
	FAILS(SYS_pivot_root, ".", ".");
	FAILS(SYS_chroot, "/");
	FAILS(SYS_unshare, CLONE_NEWNS);
	FAILS(SYS_unshare, CLONE_NEWNET);
	FAILS(SYS_unshare, CLONE_NEWPID);
	FAILS(SYS_setns, 0, 0);
	FAILS(SYS_fsopen, "tmpfs", 0);
	FAILS(SYS_open_tree, AT_FDCWD, "/", 1);
	FAILS(SYS_swapon, "/tmp/x", 0);
	FAILS(SYS_acct, "/tmp/x");
	FAILS(SYS_quotactl, 0, "/", 0, NULL);
	FAILS(SYS_reboot, 0xfee1dead, 0x28121969, 0x1234567, NULL);
	FAILS(SYS_kexec_load, 0, 0, NULL, 0);
	FAILS(SYS_init_module, name, sizeof(name), "");
	FAILS(SYS_delete_module, name, 0);
	FAILS(SYS_iopl, 3);
	FAILS(SYS_ioperm, 0x70, 2, 1);
	FAILS(SYS_sethostname, name, sizeof(name));
	FAILS(SYS_setdomainname, name, sizeof(name));
	FAILS(SYS_settimeofday, buffer, NULL);
	FAILS(SYS_syslog, 3, buffer, sizeof(buffer));
	FAILS(SYS_vhangup);
	FAILS(SYS_setuid, 0);
	FAILS(SYS_setgid, 0);
	FAILS(SYS_setresuid, 0, 0, 0);
	FAILS(SYS_setgroups, 0, NULL);
	FAILS(SYS_fanotify_init, 0, 0);
	FAILS(SYS_mknod, "/tmp/mallory", 0020666, 0x101);
	FAILS(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
	FAILS(SYS_arch_prctl, 0x3001, KEPT_KEY); /* as wrong as can be */
	FAILS(SYS_remap_file_pages, 0, 0, 0, 0, 0);
}

/* --- other ways into the kernel --- */

static sigjmp_buf back;

static void faulted(int signal)
{
	siglongjmp(back, signal);
}

/* 32-bit programs' numbers; pointers must be low. */
static void old_gate(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	const struct {
		int nr;
		long b, c;
		const char *what;
	} calls[] = {
		{ 5, 0, 0, "int80 open" },
		{ 11, 0, 0, "int80 execve" },
		{ 37, KEPT_PID, SIGKILL, "int80 kill" },
		{ 238, KEPT_PID, SIGKILL, "int80 tkill" },
		{ 10, 0, 0, "int80 unlink" },
		{ 15, 0777, 0, "int80 chmod" },
		{ 26, PTRACE_SEIZE, KEPT_PID, "int80 ptrace" },
		{ 12, 0, 0, "int80 chdir" },
		{ 9, 0, 0, "int80 link" },
		{ 33, 0, 0, "int80 access" },
		{ 38, 0, 0, "int80 rename" },
		{ 61, 0, 0, "int80 chroot" },
		{ 88, 0, 0, "int80 reboot" },
	};
	long result;

	for (size_t i = 0; i < COUNT(calls); i++) {
		strcpy(low, "/" KEPT_NAME);
		go_away();
		result = gate(calls[i].nr, calls[i].b ?: (long)low, calls[i].c,
			      0, 0, 0);
		if (result >= 0)
			breach(calls[i].what, result);
	}
	/* Home knows who it is; the host would name somebody else. */
	go_away();
	result = gate(199, 0, 0, 0, 0, 0);
	if (result != USER)
		breach("int80 getuid", result);
	go_away();
	result = gate(20, 0, 0, 0, 0, 0);
	if (result != getpid())
		breach("int80 getpid", result);
}

static void odd_entries(void)
{
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = faulted,
				    .sa_flags = SA_ONSTACK | SA_NODEFER };

	sigaltstack(&alternate, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	go_away();
	if (!sigsetjmp(back, 1))
		((long (*)(void *, void *))0xffffffffff600000)(NULL, NULL);
	go_away();
	if (!sigsetjmp(back, 1))
		__asm__ volatile("mov $37, %%eax; mov $31337, %%ebx;"
				 "mov $9, %%ecx; xor %%ebp, %%ebp; sysenter" ::
					 : "rax", "rbx", "rcx", "memory");
	/* Whatever it may read of the kernel by a wrong address. */
	go_away();
	if (!sigsetjmp(back, 1)) {
		breach("the kernel's memory",
		       *(volatile char *)0xffffffff81000000);
	}
	go_away();
	if (!sigsetjmp(back, 1))
		__asm__ volatile("outb %%al, $0x80" ::"a"(0));
	go_away();
	if (!sigsetjmp(back, 1)) {
		__asm__ volatile("mov %%cr3, %%rax" ::: "rax");
		breach("a control register", 0);
	}
}

int try_attacks(void)
{
	files();
	say("files were tried\n");
	processes();
	say("processes were tried\n");
	sockets();
	say("sockets were tried\n");
	privileges();
	say("privileges were tried\n");
	old_gate();
	odd_entries();
	say("other entries were tried\n");
	say("%u breaches\n", breaches);
	return breaches ? 1 : 0;
}
