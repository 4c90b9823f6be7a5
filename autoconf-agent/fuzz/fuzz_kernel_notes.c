// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ELF notes of the kernel.
 */
#include <stddef.h>
#include <stdint.h>

#include "kernel_notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t build[NODE_BUILD_SIZE];

	kernel_notes_build_id(data, size, build);
	return 0;
}
