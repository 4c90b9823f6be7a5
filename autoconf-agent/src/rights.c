// SPDX-License-Identifier: GPL-2.0-or-later
#include "rights.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SAME ((uid_t) - 1)

int rights_take(uid_t uid, gid_t gid)
{
	int r = 0;

	if (geteuid() == uid)
		return 0;
	if (setresgid(SAME, gid, SAME) < 0)
		return -errno;
	if (setresuid(SAME, uid, SAME) < 0) {
		r = -errno;
		rights_return();
	}
	return r;
}

void rights_return(void)
{
	uid_t user = getuid();

	if (geteuid() != user && setresuid(SAME, user, SAME) < 0)
		abort();
	if (getegid() != getgid() && setresgid(SAME, getgid(), SAME) < 0)
		abort();
}
