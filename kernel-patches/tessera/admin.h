/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/hpc/admin and /proc/hpc/guests. */
#ifndef _TESSERA_ADMIN_H
#define _TESSERA_ADMIN_H

#include <linux/init.h>
#include <linux/types.h>

/* No guests are taken. */
bool tessera_blocked(void);
int __init tessera_admin_init(void);

#endif /* _TESSERA_ADMIN_H */
