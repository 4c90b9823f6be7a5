/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls of a guest that take more than a line in the table: their buffers
 * are nested, of a size that has to be looked up, or larger than fits into one
 * message. Each function is a CALL_SPECIAL, see call.h.
 */
#ifndef _TESSERA_MARSHAL_H
#define _TESSERA_MARSHAL_H

#include <linux/uio.h>

#include "call.h"

struct restart_block;

/* --- marshal_io.c --- */

/* Buffers of the program, and the list of them as it is laid out in the arena. */
struct marshal_iov {
	struct iovec fast[UIO_FASTIOV];
	struct iovec laid_fast[UIO_FASTIOV];
	struct iovec *iov;
	struct iovec *laid;
	unsigned int segments;
	size_t total;
};

int marshal_iov_get(struct marshal_iov *v, const void __user *iov, unsigned long segments);
void marshal_iov_put(struct marshal_iov *v);
/* The most bytes at once, when `spare` bytes of the arena are for other things. */
size_t marshal_iov_limit(const struct marshal_iov *v, bool back, size_t spare);
/* The part from `from` on, to go there or (back) to come back. */
int marshal_iov_lay(struct tessera_call *call, const struct marshal_iov *v, size_t from,
		    size_t length, bool back, u32 *ret_offset, unsigned int *ret_segments);

long marshal_read(struct tessera_call *call);
long marshal_write(struct tessera_call *call);
long marshal_readv(struct tessera_call *call);
long marshal_writev(struct tessera_call *call);

/* --- marshal_net.c --- */

long marshal_accept(struct tessera_call *call);
long marshal_getname(struct tessera_call *call);
long marshal_sendto(struct tessera_call *call);
long marshal_recvfrom(struct tessera_call *call);
long marshal_sendmsg(struct tessera_call *call);
long marshal_recvmsg(struct tessera_call *call);
long marshal_sendmmsg(struct tessera_call *call);
long marshal_recvmmsg(struct tessera_call *call);
long marshal_setsockopt(struct tessera_call *call);
long marshal_getsockopt(struct tessera_call *call);

/* --- marshal_wait.c --- */

long marshal_poll(struct tessera_call *call);
long marshal_ppoll(struct tessera_call *call);
long marshal_select(struct tessera_call *call);
long marshal_pselect6(struct tessera_call *call);
long marshal_epoll_ctl(struct tessera_call *call);
long marshal_epoll_wait(struct tessera_call *call);
long marshal_waitid(struct tessera_call *call);
/* In the restart block of a poll() that was interrupted at the guest. */
long tessera_poll_restart(struct restart_block *block);

/* --- marshal_ioctl.c --- */

long marshal_ioctl(struct tessera_call *call);
long marshal_fcntl(struct tessera_call *call);

/* --- marshal_misc.c --- */

long marshal_futex(struct tessera_call *call);
long marshal_robust_list(struct tessera_call *call);
long marshal_getgroups(struct tessera_call *call);
long marshal_prctl(struct tessera_call *call);
long marshal_arch_prctl(struct tessera_call *call);
long marshal_personality(struct tessera_call *call);
long marshal_sigaction(struct tessera_call *call);
long marshal_clock(struct tessera_call *call);
long marshal_getrusage(struct tessera_call *call);
long marshal_times(struct tessera_call *call);
long marshal_nanosleep(struct tessera_call *call);
long marshal_timer_create(struct tessera_call *call);
long marshal_itimer(struct tessera_call *call);
long marshal_prlimit(struct tessera_call *call);
long marshal_sched_getattr(struct tessera_call *call);
long marshal_semop(struct tessera_call *call);
long marshal_semctl(struct tessera_call *call);
long marshal_msgsnd(struct tessera_call *call);
long marshal_msgrcv(struct tessera_call *call);
long marshal_msgctl(struct tessera_call *call);
long marshal_mq_open(struct tessera_call *call);
long marshal_mq_send(struct tessera_call *call);
long marshal_mq_receive(struct tessera_call *call);
long marshal_mq_notify(struct tessera_call *call);

#endif /* _TESSERA_MARSHAL_H */
