// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests at the control socket.
 */
#include <stddef.h>
#include <stdint.h>

#include "ctl_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_request request;

	ctl_request_parse((const char *)data, size, &request);
	return 0;
}
