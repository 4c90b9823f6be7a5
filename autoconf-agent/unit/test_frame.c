// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames between kernels: what breaks a rule is refused, at every bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <frame.h>

#define PAGE 4096u

static struct tessera_frame header(__u8 type, __u32 group, __u32 index)
{
	return (struct tessera_frame){
		.version = TESSERA_FRAME_VERSION,
		.type = type,
		.channel = tessera_channel_id(group, index),
	};
}

static void a_frame_belongs_to_its_kind_of_channel(void **state)
{
	struct tessera_frame frame = header(TESSERA_FRAME_HELLO, 0, 0);

	assert_true(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_HELLO, 1, 0);
	assert_false(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_DATA, 0, 0);
	assert_false(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_DATA, 1, 0);
	assert_true(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_DATA, 1, 1);
	assert_false(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_CALL, 1, 1);
	assert_true(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_CALL, 1, 0);
	assert_false(tessera_frame_valid(&frame));
}

static void a_header_out_of_bounds_is_refused(void **state)
{
	struct tessera_frame frame = header(TESSERA_FRAME_TYPES, 1, 1);

	assert_false(tessera_frame_valid(&frame));
	frame = header(0, 0, 0);
	assert_false(tessera_frame_valid(&frame));
	frame = header(TESSERA_FRAME_CALL, 1, 1);
	frame.length = TESSERA_FRAME_MAX;
	assert_true(tessera_frame_valid(&frame));
	frame.length++;
	assert_false(tessera_frame_valid(&frame));
	frame.length = 0;
	frame.reserved = 1;
	assert_false(tessera_frame_valid(&frame));
	frame.reserved = 0;
	frame.version++;
	assert_false(tessera_frame_valid(&frame));
}

/* A call with one fixup, one piece that comes back, and 16 bytes of input. */
struct small_call {
	struct frame_call call;
	__u32 fixup;
	struct frame_out out;
	__u8 in[16];
};

static struct small_call small(void)
{
	return (struct small_call){
		.call = { .arena = 64,
			  .in = 16,
			  .fixups = 1,
			  .outs = 1,
			  .pointers = 1,
			  .args = { 8 } },
		.fixup = 8,
		.out = { .offset = 32, .length = 32 },
	};
}

static bool valid(const struct small_call *small_call, size_t length)
{
	const struct frame_out *outs;
	const __u32 *fixups;
	const __u8 *in;

	return tessera_call_valid(&small_call->call, length, &fixups, &outs,
				  &in);
}

static void a_call_lies_in_its_arena(void **state)
{
	struct small_call c = small();
	const size_t length = offsetof(struct small_call, in) + sizeof(c.in);

	assert_true(valid(&c, length));
	assert_false(valid(&c, length - 1));
	assert_false(valid(&c, length + 1));
	assert_false(valid(&c, sizeof(c.call) - 1));
	c.out.length = 33;
	assert_false(valid(&c, length));
	c = small();
	c.out.offset = UINT32_MAX;
	assert_false(valid(&c, length));
	c = small();
	c.fixup = 12;
	assert_false(valid(&c, length));
	c.fixup = 16;
	assert_false(valid(&c, length));
	c = small();
	c.call.args[0] = 65;
	assert_false(valid(&c, length));
	c = small();
	c.call.pointers = 1 << 6;
	assert_false(valid(&c, length));
	c = small();
	c.call.arena = TESSERA_ARENA_MAX + 1;
	assert_false(valid(&c, length));
	c = small();
	c.call.arena = 8;
	assert_false(valid(&c, length));
	c = small();
	c.call.flags = 1u << 31;
	assert_false(valid(&c, length));
}

static void results_share_what_comes_back(void **state)
{
	const struct frame_out whole = { .length = 10 };
	const struct frame_out first = { .length = 10, .unit = 1 };
	__u64 left = ~0ull;

	assert_int_equal(tessera_out_length(&whole, -1, &left), 0);
	assert_int_equal(tessera_out_length(&whole, 0, &left), 10);
	assert_int_equal(tessera_out_length(&first, 14, &left), 10);
	assert_int_equal(tessera_out_length(&first, 14, &left), 4);
	assert_int_equal(tessera_out_length(&first, 14, &left), 0);
	left = ~0ull;
	assert_int_equal(tessera_out_length(&first, INT64_MAX, &left), 10);
}

static void pages_are_counted(void **state)
{
	struct frame_pages pages = {
		.address = PAGE, .count = 2, .stride = 1, .present = 3
	};
	const size_t length = sizeof(pages) + 2 * PAGE;

	assert_true(tessera_pages_valid(&pages, length, PAGE));
	assert_false(tessera_pages_valid(&pages, length - PAGE, PAGE));
	pages.absent = 1;
	assert_false(tessera_pages_valid(&pages, length, PAGE));
	pages.present = 2;
	assert_true(tessera_pages_valid(&pages, length - PAGE, PAGE));
	pages.broken = 2;
	assert_false(tessera_pages_valid(&pages, length - PAGE, PAGE));
	pages.present = 0;
	assert_true(tessera_pages_valid(&pages, length - 2 * PAGE, PAGE));
	pages.broken = 4;
	assert_false(tessera_pages_valid(&pages, length - 2 * PAGE, PAGE));
	pages.broken = 0;
	pages.present = 4;
	assert_false(tessera_pages_valid(&pages, length - PAGE, PAGE));
	pages = (struct frame_pages){ .address = 1, .count = 1, .stride = 1 };
	assert_false(tessera_pages_valid(&pages, sizeof(pages), PAGE));
	pages.address = 0;
	pages.count = TESSERA_PAGES_MAX + 1;
	assert_false(tessera_pages_valid(&pages, sizeof(pages), PAGE));
	pages.count = 1;
	pages.stride = 0;
	assert_false(tessera_pages_valid(&pages, sizeof(pages), PAGE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_belongs_to_its_kind_of_channel),
		cmocka_unit_test(a_header_out_of_bounds_is_refused),
		cmocka_unit_test(a_call_lies_in_its_arena),
		cmocka_unit_test(results_share_what_comes_back),
		cmocka_unit_test(pages_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
