/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _TESSERA_PROC_H
#define _TESSERA_PROC_H

#include <linux/init.h>

int __init tessera_proc_init(void);
void __init tessera_proc_uninit(void);

#endif /* _TESSERA_PROC_H */
