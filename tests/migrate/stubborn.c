// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stubborn WHAT: be or have something that a process cannot move with, say
 * "ready PID" of the process that does, and wait to be killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <net/ethernet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define MANY_THREADS 300
#define MANY_MAPPINGS 20000
#define MANY_FILES 1100
/* Younger than some C libraries. */
#define MSEAL 462
#define SET_MDWE 65
#define REFUSE_EXEC_GAIN 1

static long need(long value, const char *what)
{
	if (value < 0) {
		fprintf(stderr, "%s: %s\n", what, strerror(errno));
		exit(1);
	}
	return value;
}

static void *map(size_t size, int flags, int fd)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	need(p == MAP_FAILED ? -1 : 0, "mmap");
	return p;
}

static void wait_for_death(void)
{
	printf("ready %d\n", getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static void be_traced(void)
{
	pid_t pid = need(fork(), "fork");

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		wait_for_death();
	}
	need(ptrace(PTRACE_SEIZE, pid, 0, 0), "PTRACE_SEIZE");
	waitpid(pid, NULL, 0);
	exit(0);
}

static void be_stopped(void)
{
	printf("ready %d\n", getpid());
	fflush(stdout);
	raise(SIGSTOP);
}

/* The ring of a packet socket: pages of the kernel's own. */
static void map_a_device(void)
{
	struct tpacket_req ring = { 4096, 4, 2048, 8 };
	int fd = need(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_LOOP)), "socket");

	need(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)),
	     "PACKET_RX_RING");
	map(4 * 4096, MAP_SHARED, fd);
}

static void share_memory(void)
{
	map(PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static void lock_memory(void)
{
	need(mlock(map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1), PAGE), "mlock");
}

/* Only what it will map later. */
static void lock_future_memory(void)
{
	need(mlockall(MCL_FUTURE), "mlockall");
}

static void seal_memory(void)
{
	void *p = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	need(syscall(MSEAL, p, PAGE, 0), "mseal");
}

static void allow_no_new_code(void)
{
	need(prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0), "PR_SET_MDWE");
}

static void forbid_the_clock(void)
{
	need(prctl(PR_SET_TSC, PR_TSC_SIGSEGV), "PR_SET_TSC");
}

static void reserve_huge_pages(void)
{
	map(2UL << 20, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
}

static void be_real_time(void)
{
	struct sched_param param = { .sched_priority = 1 };

	need(sched_setscheduler(0, SCHED_FIFO, &param), "SCHED_FIFO");
}

static void use_io_uring(void)
{
	struct io_uring_params params = { 0 };

	need(syscall(SYS_io_uring_setup, 4, &params), "io_uring_setup");
}

static void use_aio(void)
{
	aio_context_t context = 0;

	need(syscall(SYS_io_setup, 4, &context), "io_setup");
}

static void use_ports(void)
{
	need(ioperm(0x80, 1, 1), "ioperm");
}

static void use_all_ports(void)
{
	need(iopl(3), "iopl");
}

static void filter_calls(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

static int sleep_for_ever(void *unused)
{
	while (!unused)
		pause();
	return 0;
}

static void share_the_mm(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	need(clone(sleep_for_ever, stack + sizeof(stack), CLONE_VM | SIGCHLD,
		   NULL),
	     "clone");
}

static void handle_faults(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = need(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY),
		      "userfaultfd");

	range.range.start =
		(uintptr_t)map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	range.range.len = PAGE;
	need(ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
	need(ioctl(fd, UFFDIO_REGISTER, &range), "UFFDIO_REGISTER");
}

static void *thread(void *unused)
{
	sleep_for_ever(unused);
	return unused;
}

static void have_many_threads(void)
{
	pthread_attr_t small;
	pthread_t unused;
	int i;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	for (i = 0; i < MANY_THREADS; i++)
		need(-pthread_create(&unused, &small, thread, NULL), "thread");
}

/* Every other page is readable only, so that no two of them are one. */
static void have_many_mappings(void)
{
	char *p = map(MANY_MAPPINGS * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	size_t i;

	for (i = 0; i < MANY_MAPPINGS; i += 2)
		need(mprotect(p + i * PAGE, PAGE, PROT_READ), "mprotect");
}

static void map_many_files(void)
{
	char name[64];
	int i, fd;

	for (i = 0; i < MANY_FILES; i++) {
		snprintf(name, sizeof(name), "/tmp/stubborn-%d", getpid());
		fd = need(open(name, O_RDWR | O_CREAT | O_EXCL, 0600), name);
		unlink(name);
		need(ftruncate(fd, PAGE), "ftruncate");
		map(PAGE, MAP_PRIVATE, fd);
		close(fd);
	}
}

static void time_itself(void)
{
	struct itimerval rare = { { 1000, 0 }, { 1000, 0 } };

	need(setitimer(ITIMER_VIRTUAL, &rare, NULL), "setitimer");
}

static void time_itself_by_posix(void)
{
	struct itimerspec rare = { { 1000, 0 }, { 1000, 0 } };
	timer_t timer;

	need(timer_create(CLOCK_PROCESS_CPUTIME_ID, NULL, &timer),
	     "timer_create");
	need(timer_settime(timer, 0, &rare, NULL), "timer_settime");
}

static void time_its_thread(void)
{
	struct itimerspec rare = { { 1000, 0 }, { 1000, 0 } };
	timer_t timer;

	need(timer_create(CLOCK_THREAD_CPUTIME_ID, NULL, &timer),
	     "timer_create");
	need(timer_settime(timer, 0, &rare, NULL), "timer_settime");
}

static void lose_its_first_thread(void)
{
	pthread_t unused;

	need(-pthread_create(&unused, NULL, thread, NULL), "thread");
	printf("ready %d\n", getpid());
	fflush(stdout);
	pthread_exit(NULL);
}

/* Nobody sees from outside that this is not 64-bit code. */
static void run_32_bit_code(void)
{
	static const uint8_t loop[] = { 0xf3, 0x90, 0xeb, 0xfc };
	void *code = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1);

	memcpy(code, loop, sizeof(loop));
	need(mprotect(code, PAGE, PROT_READ | PROT_EXEC), "mprotect");
	printf("ready %d\n", getpid());
	fflush(stdout);
	asm volatile("pushq $0x23\n pushq %0\n lretq" : : "r"(code));
}

static void be_nothing_special(void)
{
}

static const struct {
	const char *what;
	void (*become)(void);
} all[] = {
	{ "nothing", be_nothing_special },
	{ "traced", be_traced },
	{ "stopped", be_stopped },
	{ "device", map_a_device },
	{ "shared", share_memory },
	{ "locked", lock_memory },
	{ "locked-later", lock_future_memory },
	{ "sealed", seal_memory },
	{ "no-new-code", allow_no_new_code },
	{ "no-clock", forbid_the_clock },
	{ "huge", reserve_huge_pages },
	{ "realtime", be_real_time },
	{ "io_uring", use_io_uring },
	{ "aio", use_aio },
	{ "ports", use_ports },
	{ "all-ports", use_all_ports },
	{ "seccomp", filter_calls },
	{ "mm", share_the_mm },
	{ "userfaultfd", handle_faults },
	{ "threads", have_many_threads },
	{ "mappings", have_many_mappings },
	{ "files", map_many_files },
	{ "timer", time_itself },
	{ "posix-timer", time_itself_by_posix },
	{ "thread-timer", time_its_thread },
	{ "headless", lose_its_first_thread },
	{ "32-bit-code", run_32_bit_code },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (argc != 2 || strcmp(argv[1], all[i].what))
			continue;
		all[i].become();
		wait_for_death();
	}
	fputs("usage: stubborn WHAT\n", stderr);
	return 2;
}
