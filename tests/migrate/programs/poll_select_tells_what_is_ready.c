// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * select() with its sets, and with a timeout of which it tells the rest.
 */
#include <sys/select.h>

#include "harness.h"

int main(void)
{
	struct timeval timeout;
	fd_set in, out;
	int fds[2], far;
	char byte;

	CHECK_EQ(pipe(fds), 0);
	far = fcntl(fds[0], F_DUPFD, 700);
	ready();
	while (again(FEW_ROUNDS)) {
		FD_ZERO(&in);
		FD_ZERO(&out);
		FD_SET(far, &in);
		FD_SET(fds[1], &out);
		timeout = (struct timeval){ .tv_sec = 1000 };
		CHECK_EQ(select(far + 1, &in, &out, NULL, &timeout), 1);
		CHECK(!FD_ISSET(far, &in) && FD_ISSET(fds[1], &out));
		CHECK(timeout.tv_sec > 900 && timeout.tv_sec <= 1000);
		FD_ZERO(&in);
		FD_SET(far, &in);
		timeout = (struct timeval){ .tv_usec = 10000 };
		CHECK_EQ(select(far + 1, &in, NULL, NULL, &timeout), 0);
		CHECK(timeout.tv_sec == 0 && timeout.tv_usec == 0);
		CHECK(!FD_ISSET(far, &in));
		CHECK_EQ(write(fds[1], "x", 1), 1);
		FD_SET(far, &in);
		CHECK_EQ(select(far + 1, &in, NULL, NULL, NULL), 1);
		CHECK(FD_ISSET(far, &in));
		CHECK_EQ(read(far, &byte, 1), 1);
	}
	return pass();
}
