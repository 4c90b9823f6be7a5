// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inotify tells of what happens in a directory that was watched before the move.
 */
#include <sys/inotify.h>

#include "harness.h"

int main(void)
{
	_Alignas(struct inotify_event) char buffer[1024];
	const struct inotify_event *event = (void *)buffer;
	int fd = inotify_init1(IN_CLOEXEC), watch, i;
	char name[16];

	watch = inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE);
	CHECK(watch > 0);
	ready();
	wait_moved();
	for (i = 0; i < ROUNDS / 4; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		close(new_file(name, "", 0));
		CHECK(read(fd, buffer, sizeof(buffer)) > 0);
		CHECK_EQ(event->wd, watch);
		CHECK_EQ(event->mask, IN_CREATE);
		CHECK(strcmp(event->name, name) == 0);
		CHECK_EQ(unlink(name), 0);
		CHECK(read(fd, buffer, sizeof(buffer)) > 0);
		CHECK_EQ(event->mask, IN_DELETE);
	}
	return pass();
}
