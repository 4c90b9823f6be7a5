// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames between kernels: whatever is taken for valid lies within its bounds. The
 * first byte chooses the parser, the rest is what a peer might send.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <frame.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGE 4096u

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* What home does with a call, on the bytes that the frame really has. */
static void use_call(const struct frame_call *call, size_t size)
{
	const struct frame_out *outs;
	const __u32 *fixups;
	const __u8 *in;
	__u64 left = ~0ull, sum = 0, offset;
	uint8_t *arena;

	if (!tessera_call_valid(call, size, &fixups, &outs, &in))
		return;
	arena = calloc(1, (size_t)call->arena + 1);
	require(arena);
	memcpy(arena, in, call->in);
	for (unsigned int i = 0; i < call->fixups; i++) {
		memcpy(&offset, arena + fixups[i], sizeof(offset));
		memcpy(arena + fixups[i], &offset, sizeof(offset));
	}
	for (unsigned int i = 0; i < call->outs; i++) {
		__u32 n = tessera_out_length(&outs[i], (__s64)call->args[0],
					     &left);

		require(n <= outs[i].length);
		memset(arena + outs[i].offset, 1, n);
		sum += n;
	}
	require(sum <= (__u64)TESSERA_PARTS_MAX * TESSERA_ARENA_MAX);
	free(arena);
}

static void use_pages(const struct frame_pages *pages, size_t size)
{
	size_t offset = sizeof(*pages);

	if (!tessera_pages_valid(pages, size, PAGE))
		return;
	for (__u32 i = 0; i < pages->count; i++) {
		if (pages->present >> i & 1)
			offset += PAGE;
	}
	require(offset == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t which;
	void *copy;

	if (size < 1)
		return 0;
	which = data[0];
	/* A block of its own: reading behind it is seen. */
	copy = malloc(size);
	require(copy);
	memcpy(copy, data + 1, size - 1);
	size--;
	if (which % 4 == 0 && size >= sizeof(struct tessera_frame)) {
		const struct tessera_frame *frame = copy;

		if (tessera_frame_valid(frame))
			require(frame->length <= TESSERA_FRAME_MAX &&
				frame->type < TESSERA_FRAME_TYPES);
	} else if (which % 4 == 1) {
		use_call(copy, size);
	} else if (which % 4 == 2) {
		use_pages(copy, size);
	} else if (which % 4 == 3 && size >= sizeof(struct frame_page_req)) {
		const struct frame_page_req *req = copy;

		if (tessera_page_req_valid(req, size, PAGE))
			require(req->count <= TESSERA_PAGES_MAX);
	}
	free(copy);
	return 0;
}
