// SPDX-License-Identifier: GPL-2.0
/*
 * A system call of a guest, run at home on the deputy's own registers, so that
 * seccomp, audit, credentials, limits and files are what they always were. What
 * its pointers point to is laid out in a piece of the process's memory that the
 * guest does not know of.
 */
#include <linux/audit.h>
#include <linux/entry-common.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <linux/prctl.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/task_work.h>
#include <asm/syscall.h>

#include "call.h"
#include "deputy.h"
#include "group.h"
#include "trace.h"

struct parts {
	struct frame_call *call;	/* the whole frame */
	const u32 *fixups;
	const struct frame_out *outs;
	const u8 *in;
};

/*
 * Calls that a host never asks for are not done for a host that lies. Above all: a
 * deputy does not exec, or it would have the rights of a set-uid program and still
 * do what it is told.
 */
static bool is_for_home(const struct frame_call *call)
{
	u32 nr = call->nr;

	/* It would end in the middle of the next one. */
	if (nr == __NR_prctl && (int)call->args[0] == PR_SET_SECCOMP)
		return false;
	switch ((enum call_action)tessera_call_entry(nr)->action) {
	case CALL_FORWARD:
	case CALL_SPECIAL:
		return true;
	case CALL_HOME:
	case CALL_LOCAL:
	case CALL_MEMORY:
		break;
	}
	return nr == __NR_restart_syscall;
}

static int parts_get(const struct tessera_message *message, struct parts *ret)
{
	int error;

	ret->call = kvmalloc(message->frame.length, GFP_KERNEL);
	if (!ret->call)
		return -ENOMEM;
	error = tessera_message_copy(message, 0, ret->call, message->frame.length);
	if (!error && (!tessera_call_valid(ret->call, message->frame.length, &ret->fixups,
					   &ret->outs, &ret->in) || !is_for_home(ret->call)))
		error = -EPROTO;
	if (error)
		kvfree(ret->call);
	return error;
}

/* Input, zeros behind it, and pointers that are true here. */
static int lay_out(struct tessera_task *member, const struct parts *parts)
{
	void __user *arena = (void __user *)member->scratch;
	const struct frame_call *call = parts->call;
	unsigned int i;

	if (call->in && copy_to_user(arena, parts->in, call->in))
		return -EFAULT;
	for (i = 0; i < call->outs; i++) {
		const struct frame_out *out = &parts->outs[i];

		if (out->offset >= call->in && clear_user(arena + out->offset, out->length))
			return -EFAULT;
	}
	for (i = 0; i < call->fixups; i++) {
		u64 __user *where = arena + parts->fixups[i];
		u64 offset;

		if (get_user(offset, where) || offset > call->arena ||
		    put_user(member->scratch + offset, where))
			return -EFAULT;
	}
	return 0;
}

static void load_registers(struct tessera_task *member, const struct frame_call *call)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long *args[] = { &regs->di, &regs->si, &regs->dx,
				  &regs->r10, &regs->r8, &regs->r9 };
	unsigned int i;

	for (i = 0; i < 6; i++)
		*args[i] = call->args[i] +
			(call->pointers >> i & 1 ? member->scratch : 0);
	regs->orig_ax = call->nr;
	regs->ax = __x64_sys_ni_syscall(regs);	/* until it has been run */
}

/* As do_syscall_64() does it. */
static long run(u32 nr)
{
	unsigned long work = READ_ONCE(current_thread_info()->syscall_work);
	struct pt_regs *regs = task_pt_regs(current);
	long call = nr;

	if (work & SYSCALL_WORK_ENTER)
		call = syscall_trace_enter(regs, call, work);
	if (call != -1)
		regs->ax = x64_sys_call(regs, call);
	audit_syscall_exit(regs);
	return regs->ax;
}

static long run_interruptibly(struct tessera_task *member, const struct frame_call *call)
{
	sigset_t blocked = { .sig[0] = call->blocked };
	long ret;

	sigdelsetmask(&blocked, sigmask(SIGKILL) | sigmask(SIGSTOP));
	set_current_blocked(&blocked);
	set_bit(MEMBER_IN_CALL, &member->flags);
	/* tessera_home_notify() sees it, or we what came: an INTERRUPT may be there already. */
	smp_mb__after_atomic();
	if (tessera_channel_ready(&member->channel))
		set_notify_signal(current);
	ret = run(call->nr);
	clear_bit(MEMBER_IN_CALL, &member->flags);
	clear_notify_signal();
	clear_restore_sigmask();
	tessera_signals_block();
	task_pt_regs(current)->orig_ax = -1;
	/* What the call left to be done on the way out: closing files. */
	if (task_work_pending(current))
		task_work_run();
	return ret;
}

/* null, zero, full, random, urandom: parts are as good as the whole. */
static bool is_stream(const struct inode *inode)
{
	const unsigned long minors = BIT(3) | BIT(5) | BIT(7) | BIT(8) | BIT(9);

	return S_ISCHR(inode->i_mode) && imajor(inode) == MEM_MAJOR &&
	       iminor(inode) < BITS_PER_LONG && BIT(iminor(inode)) & minors;
}

/* What gives and takes all that there is: after a whole part comes the next. */
static bool on_regular_file(const struct frame_call *call)
{
	bool regular = false;
	struct fd file = fdget_raw(call->args[0]);

	if (fd_file(file)) {
		const struct inode *inode = file_inode(fd_file(file));

		regular = S_ISREG(inode->i_mode) || S_ISBLK(inode->i_mode) || is_stream(inode);
		fdput(file);
	}
	return regular;
}

/* A device that is no terminal: what it makes of a part, only it knows. */
static bool on_device(const struct frame_call *call)
{
	bool device = false;
	struct fd file = fdget_raw(call->args[0]);

	if (fd_file(file)) {
		const struct inode *inode = file_inode(fd_file(file));
		unsigned int major = imajor(inode);

		device = S_ISCHR(inode->i_mode) && !is_stream(inode) &&
			 major != TTY_MAJOR && major != TTYAUX_MAJOR &&
			 (major < UNIX98_PTY_MASTER_MAJOR || major > UNIX98_PTY_SLAVE_MAJOR + 7);
		fdput(file);
	}
	return device;
}

/* Where messages have bounds, a part of one is another message. */
static bool torn(const struct frame_call *call)
{
	bool bounds = false;
	struct socket *sock;
	int ret;

	if (!(call->flags & TESSERA_CALL_PART))
		return false;
	if (on_device(call))
		return true;
	sock = sockfd_lookup(call->args[0], &ret);
	if (sock) {
		bounds = sock->type != SOCK_STREAM;
		sockfd_put(sock);
	}
	return bounds;
}

/* Collect what comes back behind the result; bytes of it, or -EFAULT. */
static ssize_t collect(struct tessera_task *member, const struct parts *parts, s64 value, u8 *to)
{
	void __user *arena = (void __user *)member->scratch;
	size_t done = 0;
	u64 left = ~0ull;
	unsigned int i;

	for (i = 0; i < parts->call->outs; i++) {
		const struct frame_out *out = &parts->outs[i];
		u32 n = tessera_out_length(out, value, &left);

		if (n && copy_from_user(to + done, arena + out->offset, n))
			return -EFAULT;
		done += n;
	}
	return done;
}

static size_t room_for(const struct parts *parts)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < parts->call->outs; i++)
		size += parts->outs[i].length;
	return size;
}

static int answer(struct tessera_task *member, const struct parts *parts, u32 request, s64 value,
		  u32 flags)
{
	struct frame_result result = { .value = value, .flags = flags };
	struct kvec vec[2] = { { &result, sizeof(result) } };
	size_t room = value < 0 ? 0 : room_for(parts);
	u8 *out = NULL;
	ssize_t n = 0;
	int ret;

	if (room > TESSERA_FRAME_MAX - sizeof(result))
		return -EPROTO;
	if (room) {
		out = kvmalloc(room, GFP_KERNEL);
		member->answering = out;
		n = out ? collect(member, parts, value, out) : -ENOMEM;
	}
	if (n < 0) {
		result.value = n;
		n = 0;
	} else if (value > 0 && parts->call->outs && on_regular_file(parts->call)) {
		result.flags |= TESSERA_RESULT_REGULAR;
	}
	result.length = n;
	vec[1] = (struct kvec) { out, n };
	/* Signals first: then the guest decides about restarting as it always does. */
	ret = tessera_signals_forward(member);
	if (!ret)
		ret = tessera_channel_sendv(&member->channel, TESSERA_FRAME_RESULT, request,
					    vec, n ? 2 : 1);
	member->answering = NULL;
	kvfree(out);
	return ret;
}

int tessera_deputy_call(struct tessera_task *member, struct tessera_message *message)
{
	u32 request = message->frame.request;
	struct parts parts;
	u32 flags = 0;
	long value;
	int ret;

	ret = parts_get(message, &parts);
	if (ret)
		return ret;
	/* Who is killed while it is stopped in the middle does not come back here. */
	member->serving = parts.call;
	tessera_message_free(message);
	tessera_link_hurry(member->group->link);
	value = lay_out(member, &parts);
	if (!value && torn(parts.call)) {
		flags = TESSERA_RESULT_WHOLE;
		value = -EMSGSIZE;
	} else if (!value) {
		load_registers(member, parts.call);
		value = run_interruptibly(member, parts.call);
	}
	trace_tessera_forward(member->group, parts.call->nr, value);
	ret = answer(member, &parts, request, value, flags);
	member->serving = NULL;
	kvfree(parts.call);
	return ret;
}
