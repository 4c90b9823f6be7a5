// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hostile host: processes of the victim's come here, and are used against it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "attack.h"
#include "stay.h"

#define SECRET_FILE "/root-only" /* the test put it there, and knows it */
#define SECRET "the secret of root"
#define SUID_PROGRAM "/opt/hostile/suid"

#define LIFE_MS 600000 /* prey lives less long */

static const char not_come[] = "no process came";
static struct stay stay;

static const char *good_host(struct wire *wire)
{
	const struct call getppid = { .nr = SYS_getppid };
	int64_t value;

	if (!stay_take(&stay, wire))
		return not_come;
	value = stay_call(&stay, 1, &getppid, NULL);
	stay_exit(&stay, 7 << 8);
	/* It hears nothing more, but its home needs the time. */
	wire_receive(wire, 500);
	return value > 0 ? NULL : "a call that should work does not";
}

/* Becomes root by a program that may, and reads what is root's. */
static const char *exec_of_a_set_uid_program(struct wire *wire)
{
	static const char paths[] = SUID_PROGRAM "\0" SECRET_FILE;
	const uint32_t execs[] = { SYS_execve, SYS_execveat };
	struct call call = { .in = paths, .in_length = sizeof(paths) };
	char text[100] = "";
	int64_t fd;

	if (!stay_take(&stay, wire))
		return not_come;
	for (unsigned int i = 0; i < COUNT(execs) && wire->fd >= 0; i++) {
		call.nr = execs[i];
		call.pointers = i ? 2 : 1;
		memset(call.args, 0, sizeof(call.args));
		call.args[0] = i ? AT_FDCWD : 0;
		stay_call(&stay, 1, &call, NULL);
	}
	call.nr = SYS_open;
	call.pointers = 1;
	memset(call.args, 0, sizeof(call.args));
	call.args[0] = sizeof(SUID_PROGRAM);
	fd = stay_call(&stay, 1, &call, NULL);
	if (fd >= 0) {
		const struct call read = { .nr = SYS_read,
					   .args = { fd, TESSERA_ARENA_IN, 64 },
					   .pointers = 2,
					   .out_length = 64 };

		stay_call(&stay, 1, &read, text);
	}
	wire_close(wire);
	return strstr(text, SECRET) ? "a file of root's" : NULL;
}

/* Calls that a guest does itself, or goes home for: home must not do them. */
static const char *calls_that_are_not_home_s(struct wire *wire)
{
	static const uint32_t numbers[] = {
		SYS_munmap,  SYS_mmap,	       SYS_mprotect,	   SYS_brk,
		SYS_mremap,  SYS_fork,	       SYS_vfork,	   SYS_clone,
		SYS_exit,    SYS_rt_sigreturn, SYS_io_uring_setup, SYS_ptrace,
		SYS_unshare, SYS_userfaultfd,
	};
	struct call call = { .nr = 0 };
	const char *got = NULL;

	for (unsigned int i = 0; i < COUNT(numbers) && !got; i++) {
		if (wire->fd < 0)
			break;
		if (i == 0 && !stay_take(&stay, wire))
			return not_come;
		call.nr = numbers[i];
		call.args[0] = PREY_CODE;
		call.args[1] = PAGE;
		if (stay_call(&stay, 1, &call, NULL) >= 0)
			got = "home did what only the guest may do";
	}
	wire_close(wire);
	return got;
}

/* --- going home --- */

static const char *return_after(struct wire *wire,
				void (*change)(struct stay *stay))
{
	if (!stay_take(&stay, wire))
		return not_come;
	change(&stay);
	stay_return(&stay);
	/* It runs on at home, and is looked at there. */
	wire_receive(wire, 2000);
	return NULL;
}

static void change_nothing(struct stay *s)
{
	(void)s;
}

static const char *good_return(struct wire *wire)
{
	if (!stay_take(&stay, wire))
		return not_come;
	change_nothing(&stay);
	return stay_return(&stay) ? NULL : "a good return is not taken";
}

static void restart_with(struct stay *s, uint32_t clock, uint32_t type)
{
	struct state_thread *thread = stay_thread(s, 0);

	thread->regs.ip = PREY_CODE + 64 * PROGRAM_RESTART;
	thread->restart = (struct state_restart){
		.kind = STATE_RESTART_SLEEP,
		.clock = clock,
		.type = type,
		.address = PREY_CODE,
		.time_ns = 1LL << 60,
	};
}

static void sleep_without_type(struct stay *s)
{
	restart_with(s, CLOCK_MONOTONIC, 7);
}

static void sleep_without_clock(struct stay *s)
{
	restart_with(s, 99, 1);
}

static void overflowing_times(struct stay *s)
{
	for (uint32_t i = 0; i < s->threads; i++)
		stay_thread(s, i)->times = (struct state_times){
			.utime = i ? 0 : (1ULL << 60) + 1,
			.stime = i ? 1ULL << 60 : 0,
			.runtime = 1ULL << 60,
		};
	stay_thread(s, 0)->regs.ip = PREY_CODE + 64 * PROGRAM_USAGE;
}

static void endless_auxv(struct stay *s)
{
	memset(s->process->auxv, 0x41, sizeof(s->process->auxv));
}

static void kernel_addresses(struct stay *s)
{
	struct state_thread *thread = stay_thread(s, 0);

	thread->robust_list = 0xffff888000000000;
	thread->clear_child_tid = 0xffffffff81000000;
	thread->rseq = 0xffff888000000000;
	thread->rseq_len = ~0u;
	thread->alt_sp = 0xffff888000000000;
	thread->alt_size = ~0ULL;
	thread->regs.sp = 0xffff888000000000;
	thread->regs.flags = ~0ULL;
}

#define RETURN(name)                                        \
	static const char *return_##name(struct wire *wire) \
	{                                                   \
		return return_after(wire, name);            \
	}

RETURN(sleep_without_type)
RETURN(sleep_without_clock)
RETURN(overflowing_times)
RETURN(endless_auxv)
RETURN(kernel_addresses)

/* --- the wrong order, and too much --- */

/* Requests for a process that is only about to leave. */
static const char *requests_too_early(struct wire *wire)
{
	const struct frame_page_req req = { PREY_CODE, 1, 1 };
	int64_t end = now_ms() + 3000;

	while (now_ms() < end && wire->fd >= 0) {
		for (uint32_t group = 1; group < 40; group++)
			wire_send(wire, TESSERA_FRAME_PAGE_REQ,
				  group_channel(group), 0, &req, sizeof(req));
		wire_receive(wire, 0);
	}
	return NULL;
}

static const char *flood_of_state(struct wire *wire)
{
	static uint8_t junk[TESSERA_FRAME_MAX];

	if (!stay_take(&stay, wire))
		return not_come;
	for (size_t sent = 0; sent < (96u << 20) && wire->fd >= 0;
	     sent += sizeof(junk))
		wire_send(wire, TESSERA_FRAME_DATA, group_channel(stay.group),
			  0, junk, sizeof(junk));
	wire_drain(wire, 1000);
	return NULL;
}

/* It takes the process, and says nothing any more as long as that lives. */
static const char *silence(struct wire *wire)
{
	if (!stay_take(&stay, wire))
		return not_come;
	wire_wait(wire, TESSERA_FRAME_KILL, LIFE_MS);
	return NULL;
}

const struct attack host_attacks[] = {
	{ "good-host", good_host },
	{ "good-return", good_return },
	{ "exec-of-a-set-uid-program", exec_of_a_set_uid_program },
	{ "calls-that-are-not-home-s", calls_that_are_not_home_s },
	{ "return-with-sleep-without-type", return_sleep_without_type },
	{ "return-with-sleep-without-clock", return_sleep_without_clock },
	{ "return-with-overflowing-times", return_overflowing_times },
	{ "return-with-endless-auxv", return_endless_auxv },
	{ "return-with-kernel-addresses", return_kernel_addresses },
	{ "requests-too-early", requests_too_early },
	{ "flood-of-state", flood_of_state },
	{ "silence", silence },
	{ 0 },
};
