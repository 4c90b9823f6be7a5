// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who the process is and whose: its numbers, groups and those of its parent.
 */
#include <sys/fsuid.h>

#include "harness.h"

struct who {
	pid_t pid, ppid, tid, group, session;
	uid_t real, effective, saved;
	gid_t rgid, egid, sgid, groups[32];
	int count;
};

static struct who look(void)
{
	struct who who;

	memset(&who, 0, sizeof(who));
	who.pid = getpid();
	who.ppid = getppid();
	who.tid = gettid();
	who.group = getpgrp();
	who.session = getsid(0);
	CHECK_EQ(getresuid(&who.real, &who.effective, &who.saved), 0);
	CHECK_EQ(getresgid(&who.rgid, &who.egid, &who.sgid), 0);
	who.count = getgroups(COUNT(who.groups), who.groups);
	CHECK(who.count >= 0);
	return who;
}

int main(void)
{
	struct who before = look(), after;

	ready();
	wait_moved();
	while (again(ROUNDS / 2)) {
		after = look();
		CHECK(memcmp(&before, &after, sizeof(after)) == 0);
		CHECK_EQ(getuid(), before.real);
		CHECK_EQ(geteuid(), before.effective);
		CHECK_EQ(getgid(), before.rgid);
		if (before.effective)
			CHECK_ERRNO(setuid(0), EPERM);
		CHECK_EQ(setuid(before.real), 0);
		CHECK_EQ(setfsuid(-1), before.effective);
		CHECK_EQ(kill(getpid(), 0), 0);
	}
	return pass();
}
