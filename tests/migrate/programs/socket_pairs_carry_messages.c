// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * socketpair() as a stream and with packets: borders, MSG_PEEK, shutdown().
 */
#include <sys/socket.h>

#include "harness.h"

int main(void)
{
	int stream[2], packets[2];
	char buffer[32];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets), 0);
	CHECK_EQ(write(stream[0], "before", 6), 6);
	ready();
	wait_moved();
	CHECK_EQ(read(stream[1], buffer, sizeof(buffer)), 6);
	while (again(ROUNDS / 2)) {
		CHECK_EQ(send(stream[0], "abc", 3, 0), 3);
		CHECK_EQ(send(stream[0], "def", 3, 0), 3);
		CHECK_EQ(recv(stream[1], buffer, 6, MSG_PEEK), 6);
		CHECK_EQ(recv(stream[1], buffer, 6, MSG_WAITALL), 6);
		CHECK(memcmp(buffer, "abcdef", 6) == 0);
		CHECK_EQ(send(packets[1], "one", 3, 0), 3);
		CHECK_EQ(send(packets[1], "four", 4, 0), 4);
		CHECK_EQ(recv(packets[0], buffer, sizeof(buffer), 0), 3);
		CHECK_EQ(recv(packets[0], buffer, 2, MSG_TRUNC), 4);
		CHECK_ERRNO(recv(packets[0], buffer, 1, MSG_DONTWAIT), EAGAIN);
	}
	CHECK_EQ(shutdown(stream[0], SHUT_WR), 0);
	CHECK_EQ(recv(stream[1], buffer, 1, 0), 0);
	CHECK_ERRNO(send(stream[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	return pass();
}
