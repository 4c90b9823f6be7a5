// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The build id among ELF notes.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_notes.h"

struct notes {
	uint8_t data[512];
	size_t len;
};

static void add(struct notes *n, const char *name, uint32_t type,
		const void *desc, size_t size)
{
	Elf64_Nhdr note = { .n_namesz = (uint32_t)strlen(name) + 1,
			    .n_descsz = (uint32_t)size,
			    .n_type = type };

	memcpy(n->data + n->len, &note, sizeof(note));
	n->len += sizeof(note);
	memcpy(n->data + n->len, name, note.n_namesz);
	n->len += (note.n_namesz + 3) & ~3u;
	memcpy(n->data + n->len, desc, size);
	n->len += (size + 3) & ~(size_t)3;
}

static const uint8_t build[NODE_BUILD_SIZE] = "0123456789abcdefghi";

static void test_found_behind_other_notes(void **state)
{
	struct notes n = { 0 };
	uint8_t found[NODE_BUILD_SIZE];

	add(&n, "Xen", 6, "linux", 6);
	add(&n, "Linux", NT_GNU_BUILD_ID, "not it", 7);
	add(&n, "GNU", NT_GNU_BUILD_ID, build, sizeof(build));
	add(&n, "Linux", 0x101, "", 1);
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), 0);
	assert_memory_equal(found, build, sizeof(build));
}

static void test_a_short_id_is_padded(void **state)
{
	struct notes n = { 0 };
	uint8_t found[NODE_BUILD_SIZE];

	memset(found, 0xff, sizeof(found));
	add(&n, "GNU", NT_GNU_BUILD_ID, build, 8);
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), 0);
	assert_memory_equal(found, build, 8);
	assert_int_equal(found[8], 0);
	assert_int_equal(found[NODE_BUILD_SIZE - 1], 0);
}

static void test_none_there(void **state)
{
	struct notes n = { 0 };
	uint8_t found[NODE_BUILD_SIZE];

	assert_int_equal(kernel_notes_build_id(n.data, 0, found), -ENOENT);
	add(&n, "Xen", 6, "linux", 6);
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), -ENOENT);
}

static void test_damaged_notes_are_refused(void **state)
{
	struct notes n = { 0 };
	uint8_t found[NODE_BUILD_SIZE];
	uint32_t huge = UINT32_MAX;

	add(&n, "GNU", NT_GNU_BUILD_ID, build, sizeof(build));
	for (size_t len = sizeof(Elf64_Nhdr); len < n.len; len++)
		assert_int_equal(kernel_notes_build_id(n.data, len, found),
				 -EINVAL);
	memcpy(n.data + offsetof(Elf64_Nhdr, n_descsz), &huge, sizeof(huge));
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), -EINVAL);
	memcpy(n.data + offsetof(Elf64_Nhdr, n_namesz), &huge, sizeof(huge));
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), -EINVAL);

	n.len = 0;
	add(&n, "GNU", NT_GNU_BUILD_ID, "", 0);
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), -EINVAL);
	n.len = 0;
	add(&n, "GNU", NT_GNU_BUILD_ID, n.data + 64, NODE_BUILD_SIZE + 1);
	assert_int_equal(kernel_notes_build_id(n.data, n.len, found), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_behind_other_notes),
		cmocka_unit_test(test_a_short_id_is_padded),
		cmocka_unit_test(test_none_there),
		cmocka_unit_test(test_damaged_notes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
