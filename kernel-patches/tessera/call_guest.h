/* SPDX-License-Identifier: GPL-2.0 */
/* What call.c offers to the rest of the guest; specials see call.h. */
#ifndef _TESSERA_CALL_GUEST_H
#define _TESSERA_CALL_GUEST_H

#include <linux/types.h>

struct pt_regs;
struct tessera_call;
struct tessera_task;

void tessera_call_free(struct tessera_call *call);

/*
 * guest_memory.c: a call that changes the address space. False: home must do it.
 * Otherwise what has to come before it is done, and the kernel may run it.
 */
bool tessera_guest_memory(struct tessera_task *member, const unsigned long args[6], long nr);

#endif /* _TESSERA_CALL_GUEST_H */
