// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each system call that there is and is not, by each way into the kernel. What
 * it says away from home must be what it says at home.
 */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "guest.h"

#define LAST 480 /* beyond those of this kernel */
#define X32 0x40000000L

struct skip {
	short nr;
	short variant; /* -1: any */
};

/* What ends the program, makes another one, or waits for ever. */
static const struct skip skipped[] = {
	{ SYS_exit, -1 },
	{ SYS_exit_group, -1 },
	{ SYS_rt_sigreturn, -1 },
	{ SYS_fork, -1 },
	{ SYS_vfork, -1 },
	{ SYS_clone, -1 },
	{ SYS_pause, -1 },
	{ SYS_select, 0 },
	{ SYS_pselect6, 0 },
	{ SYS_ppoll, 0 },
	{ SYS_seccomp, 0 },
	{ SYS_ptrace, 0 }, /* who is traced does not go */
	{ SYS_sync, -1 },
	{ SYS_brk, 1 },
	{ SYS_restart_syscall, -1 },
	{ 335, -1 }, /* uretprobe: SIGILL */
};

/* The same of 32-bit programs. */
static const struct skip skipped_gate[] = {
	{ 1, -1 },   /* exit */
	{ 2, -1 },   /* fork */
	{ 26, 0 },   /* ptrace */
	{ 29, -1 },  /* pause */
	{ 36, -1 },  /* sync */
	{ 72, -1 },  /* sigsuspend */
	{ 82, -1 },  /* old select */
	{ 112, -1 }, /* idle */
	{ 119, -1 }, /* sigreturn */
	{ 120, -1 }, /* clone */
	{ 142, 0 },  /* select */
	{ 173, -1 }, /* rt_sigreturn */
	{ 179, -1 }, /* rt_sigsuspend */
	{ 190, -1 }, /* vfork */
	{ 252, -1 }, /* exit_group */
	{ 308, 0 },  /* pselect6 */
	{ 309, 0 },  /* ppoll */
	{ 354, 0 },  /* seccomp */
	{ 413, 0 },  /* pselect6_time64 */
	{ 414, 0 },  /* ppoll_time64 */
	{ 0, -1 },   /* restart_syscall */
};

static bool skips(const struct skip *list, size_t count, long nr, int variant)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].nr == nr &&
		    (list[i].variant < 0 || list[i].variant == variant))
			return true;
	return false;
}

#define SKIPS(list, nr, variant) \
	skips(list, sizeof(list) / sizeof(*(list)), nr, variant)

static void tell(const char *way, long nr, long argument, long result)
{
	if (result < 0 && result > -4096)
		say("%s %ld (%ld): errno %ld\n", way, nr, argument, -result);
	else
		say("%s %ld (%ld): fine\n", way, nr, argument);
}

static void try_call(long nr, int variant, int step)
{
	const long argument = -variant;

	if (!SKIPS(skipped, nr, variant)) {
		go_away();
		tell("syscall", nr, argument,
		     call6(nr, argument, argument, argument, argument, argument,
			   argument));
	}
	if ((2 * nr + variant) % step == 0 &&
	    !SKIPS(skipped_gate, nr, variant)) {
		go_away();
		tell("int80", nr, argument,
		     gate(nr, argument, argument, argument, argument,
			  argument));
	}
}

int try_all_calls(int step)
{
	/* What is left running must not end us. */
	for (int i = 1; i < SIGRTMAX; i++)
		if (i != SIGSEGV && i != SIGBUS && i != SIGCHLD)
			signal(i, SIG_IGN);
	for (long nr = 0; nr < LAST; nr++)
		for (int variant = 0; variant < 2; variant++)
			try_call(nr, variant, step);
	for (long nr = 0; nr < LAST; nr += 7) {
		go_away();
		tell("x32", nr, -1, call6(X32 | nr, -1, -1, -1, -1, -1, -1));
	}
	say("all calls were made\n");
	return 0;
}
