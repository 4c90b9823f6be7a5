// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a cage asks of /dev/tessera.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "cage.h"

int cage_device_info(int device, struct tessera_guest_info *info)
{
	return ioctl(device, TESSERA_IOC_GUEST_INFO, info) < 0 ? -errno : 0;
}

int cage_device_become(int device, uint64_t id)
{
	return ioctl(device, TESSERA_IOC_GUEST, id) < 0 ? -errno : 0;
}

void cage_device_fail(int device, uint64_t id)
{
	const struct tessera_failure failure = {
		.id = id,
		.reason = TESSERA_REASON_NO_CAGE,
	};

	/* It was withdrawn, or is refused already, at worst. */
	(void)ioctl(device, TESSERA_IOC_FAILED, &failure);
}
