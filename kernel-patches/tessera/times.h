/* SPDX-License-Identifier: GPL-2.0 */
/* CPU time that was used elsewhere belongs to the process at home. */
#ifndef _TESSERA_TIMES_H
#define _TESSERA_TIMES_H

#include <linux/types.h>

/* Host: what the current process has used here, all its threads; nanoseconds. */
void tessera_times_used(u64 *ret_utime, u64 *ret_stime);
/* Home: the current thread's, as if it had run here. */
void tessera_times_charge(u64 utime, u64 stime);

#endif /* _TESSERA_TIMES_H */
