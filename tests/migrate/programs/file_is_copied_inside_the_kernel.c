// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sendfile(), copy_file_range(), splice() and tee() move what was asked for, with
 * offsets of their own.
 */
#include <sys/sendfile.h>

#include "harness.h"

#define SIZE (4 * PAGE)

static void expect(int fd, const void *content, size_t size)
{
	static char is[SIZE];

	CHECK_EQ(pread(fd, is, sizeof(is), 0), size);
	CHECK(memcmp(is, content, size) == 0);
}

int main(void)
{
	static char content[SIZE];
	int fds[2], twin[2], from, to, i;
	char text[8];
	off_t offset;

	fill(content, SIZE, 1);
	from = new_file("from", content, SIZE);
	to = new_file("to", "", 0);
	CHECK_EQ(pipe(fds), 0);
	CHECK_EQ(pipe(twin), 0);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4; i++) {
		offset = i;
		CHECK_EQ(ftruncate(to, 0), 0);
		CHECK_EQ(lseek(to, 0, SEEK_SET), 0);
		CHECK_EQ(sendfile(to, from, &offset, SIZE - i), SIZE - i);
		CHECK_EQ(offset, SIZE);
		expect(to, content + i, SIZE - i);
		offset = 0;
		CHECK_EQ(ftruncate(to, 0), 0);
		CHECK_EQ(copy_file_range(from, &offset, to, &(off_t){ 0 },
					 PAGE + i, 0),
			 PAGE + i);
		expect(to, content, PAGE + i);
		offset = 8 * i;
		CHECK_EQ(splice(from, &offset, fds[1], NULL, 8, 0), 8);
		CHECK_EQ(tee(fds[0], twin[1], 8, 0), 8);
		CHECK_EQ(read(fds[0], text, 8), 8);
		CHECK(memcmp(text, content + 8 * i, 8) == 0);
		CHECK_EQ(splice(twin[0], NULL, to, &(off_t){ 0 }, 8, 0), 8);
		CHECK_EQ(pread(to, text, 8, 0), 8);
		CHECK(memcmp(text, content + 8 * i, 8) == 0);
		CHECK_EQ(lseek(from, 0, SEEK_CUR), 0);
	}
	return pass();
}
