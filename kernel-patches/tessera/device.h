/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TESSERA_DEVICE_H
#define _TESSERA_DEVICE_H

#include <linux/init.h>

struct tessera_version;

int __init tessera_device_init(void);

/* Which kernel this is, for the device and for /proc/hpc/admin/version. */
void tessera_version_get(struct tessera_version *ret_version);

#endif /* _TESSERA_DEVICE_H */
