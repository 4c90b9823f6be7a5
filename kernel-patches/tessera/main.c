// SPDX-License-Identifier: GPL-2.0
/*
 * Tessera: processes that move between machines. This is its start; built in,
 * it has no end.
 *
 *	device.c	/dev/tessera, where the agent comes in
 *	nodes.c		the node table the agent hands over
 *	events.c	what changed, queued for every reader of the device
 *	proc.c		/proc/hpc, the table as people and scripts see it
 */
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/tessera.h>

#include "device.h"
#include "group.h"
#include "link.h"
#include "memory.h"
#include "proc.h"
#include "process.h"

static int __init tessera_init(void)
{
	int ret;

	ret = tessera_link_init() ?: tessera_group_init() ?: tessera_usher_init() ?:
	      tessera_process_init();
	if (ret)
		goto err;
	ret = tessera_proc_init();
	if (ret)
		goto err;
	ret = tessera_device_init();
	if (ret)
		goto err_proc;
	return 0;

err_proc:
	tessera_proc_uninit();
err:
	pr_err("tessera: not available: error %d\n", ret);
	return ret;
}
device_initcall(tessera_init);
