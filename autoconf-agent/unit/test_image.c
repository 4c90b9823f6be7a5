// SPDX-License-Identifier: GPL-2.0-or-later
/* The image's id out of a list of checksums. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "image.h"

#define OTHER                                                                \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff  " \
	"./isolinux/isolinux.bin\n"
#define SUM "fedcba98765432100123456789abcdeffedcba98765432100123456789abcdef"

static void test_the_images_sum_is_found(void **state)
{
	static const uint8_t start[] = { 0xfe, 0xdc, 0xba, 0x98 };
	uint8_t id[IMAGE_ID_SIZE] = { 0 };

	assert_int_equal(image_id_parse(OTHER SUM
					"  ./live/filesystem.squashfs\n" OTHER,
					id),
			 0);
	assert_memory_equal(id, start, sizeof(start));
	assert_int_equal(id[31], 0xef);
}

static void test_the_last_line_may_lack_its_end(void **state)
{
	uint8_t id[IMAGE_ID_SIZE];

	assert_int_equal(image_id_parse(SUM "  ./live/filesystem.squashfs", id),
			 0);
}

static void test_an_image_that_is_not_listed_has_no_id(void **state)
{
	uint8_t id[IMAGE_ID_SIZE];

	assert_int_equal(image_id_parse("", id), -ENOENT);
	assert_int_equal(image_id_parse(OTHER, id), -ENOENT);
	assert_int_equal(
		image_id_parse(SUM "  ./live/filesystem.squashfs.old\n", id),
		-ENOENT);
}

static void test_what_is_no_sum_is_refused(void **state)
{
	static const char *const bad[] = {
		"/live/filesystem.squashfs\n",
		"12  ./live/filesystem.squashfs\n",
		SUM "00  ./live/filesystem.squashfs\n",
		"x" SUM "  ./live/filesystem.squashfs\n",
	};
	uint8_t id[IMAGE_ID_SIZE] = { 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(image_id_parse(bad[i], id), -EBADMSG);
	assert_int_equal(id[0], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_images_sum_is_found),
		cmocka_unit_test(test_the_last_line_may_lack_its_end),
		cmocka_unit_test(test_an_image_that_is_not_listed_has_no_id),
		cmocka_unit_test(test_what_is_no_sum_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
