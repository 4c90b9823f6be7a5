// SPDX-License-Identifier: GPL-2.0
/*
 * The entry of a guest's system calls: the table says what becomes of each.
 */
#include <linux/compat.h>
#include <linux/entry-common.h>
#include <linux/sched.h>
#include <linux/tessera.h>
#include <asm/syscall.h>

#include "call_guest.h"
#include "call_internal.h"
#include "group.h"
#include "guest.h"

/* As if it had been interrupted: it is issued again, at home. */
static void go_home(struct tessera_task *member, struct pt_regs *regs)
{
	regs->ax = -ERESTARTNOINTR;
	tessera_guest_recall(member->group);
	set_thread_flag(TIF_SIGPENDING);
}

static long forward(struct tessera_call *call, const struct call_entry *entry)
{
	long ret = call_arg_all(call, entry);

	return ret ?: call_run(call);
}

static long handle(struct tessera_task *member, const struct call_entry *entry, long nr,
		   const unsigned long args[6])
{
	struct tessera_call *call = tessera_call_begin(member, nr, args);
	long ret;

	if (!call)
		return -ENOMEM;
	if (entry->action == CALL_SPECIAL)
		ret = entry->special(call);
	else
		ret = forward(call, entry);
	tessera_call_end(call);
	/* What does not fit is better done where the memory is. */
	return ret == -E2BIG ? CALL_GO_HOME : ret;
}

static bool restart(struct tessera_task *member, struct pt_regs *regs)
{
	static const struct call_entry as_it_is = { .action = CALL_FORWARD };
	static const unsigned long none[6];

	if (!test_and_clear_bit(MEMBER_RESTART_HOME, &member->flags))
		return false;
	regs->ax = handle(member, &as_it_is, __NR_restart_syscall, none);
	return true;
}

bool __tessera_syscall(struct pt_regs *regs, long nr)
{
	struct tessera_task *member = current->tessera;
	const struct call_entry *entry;
	unsigned long args[6];
	long ret;

	if (!member)
		return false;	/* it is ending */
	/* By the gate of 32-bit programs: its numbers are others than the table's. */
	if (in_compat_syscall()) {
		go_home(member, regs);
		return true;
	}
	if (nr == __NR_restart_syscall)
		return restart(member, regs);
	clear_bit(MEMBER_RESTART_HOME, &member->flags);
	syscall_get_arguments(current, regs, args);
	entry = tessera_call_entry(nr);
	switch ((enum call_action)entry->action) {
	case CALL_LOCAL:
		return false;
	case CALL_MEMORY:
		if (tessera_guest_memory(member, args, nr))
			return false;
		ret = CALL_GO_HOME;
		break;
	case CALL_HOME:
		ret = CALL_GO_HOME;
		break;
	case CALL_FORWARD:
	case CALL_SPECIAL:
		ret = handle(member, entry, nr, args);
		break;
	}
	if (ret == CALL_RUN_LOCAL)
		return false;
	if (ret == CALL_GO_HOME)
		go_home(member, regs);
	else
		regs->ax = ret;
	return true;
}
