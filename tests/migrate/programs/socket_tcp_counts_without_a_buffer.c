// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With MSG_TRUNC a stream socket counts what it throws away, and writes nowhere;
 * with MSG_PEEK one sees all that there is, however much.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "harness.h"

#define MUCH 20000
#define MORE 100000

static char data[MORE], seen[MORE];

static void connect_pair(int ret[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), size = 1 << 20;

	CHECK_EQ(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &size,
			    sizeof(size)),
		 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK_EQ(bind(listener, (struct sockaddr *)&address, sizeof(address)),
		 0);
	CHECK_EQ(listen(listener, 1), 0);
	CHECK_EQ(getsockname(listener, (struct sockaddr *)&address, &length),
		 0);
	ret[0] = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(ret[0], (struct sockaddr *)&address, sizeof(address)),
		 0);
	ret[1] = accept(listener, NULL, NULL);
	CHECK(ret[1] >= 0);
	close(listener);
}

int main(void)
{
	char guard[3] = "abc";
	int pair[2], i;

	connect_pair(pair);
	fill(data, sizeof(data), 1);
	ready();
	for (i = 0; again(FEW_ROUNDS / 4); i++) {
		CHECK_EQ(send(pair[0], data, MUCH, 0), MUCH);
		/* Of one byte there is room. */
		CHECK_EQ(recv(pair[1], &guard[1], MUCH,
			      MSG_TRUNC | MSG_WAITALL),
			 MUCH);
		CHECK_EQ(memcmp(guard, "abc", 3), 0);
		CHECK_EQ(send(pair[0], data, sizeof(data), 0), sizeof(data));
		CHECK_EQ(recv(pair[1], seen, sizeof(seen),
			      MSG_PEEK | MSG_WAITALL),
			 sizeof(seen));
		CHECK(filled(seen, sizeof(seen), 1));
		memset(seen, 0, sizeof(seen));
		CHECK_EQ(recv(pair[1], seen, sizeof(seen), MSG_WAITALL),
			 sizeof(seen));
		CHECK(filled(seen, sizeof(seen), 1));
	}
	return pass();
}
