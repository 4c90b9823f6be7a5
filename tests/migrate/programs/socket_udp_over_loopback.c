// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Datagrams over loopback, several in one call.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "harness.h"

#define MANY 4

int main(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int to = socket(AF_INET, SOCK_DGRAM, 0), i;
	int from = socket(AF_INET, SOCK_DGRAM, 0);
	struct mmsghdr out[MANY] = { 0 }, in[MANY] = { 0 };
	struct iovec out_parts[MANY], in_parts[MANY];
	uint64_t out_numbers[MANY], in_numbers[MANY];

	for (i = 0; i < MANY; i++) {
		out_parts[i] = (struct iovec){ &out_numbers[i], 8 };
		in_parts[i] = (struct iovec){ &in_numbers[i], 8 };
		out[i].msg_hdr.msg_iov = &out_parts[i];
		in[i].msg_hdr.msg_iov = &in_parts[i];
		out[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
	}
	CHECK_EQ(bind(to, (struct sockaddr *)&address, size), 0);
	CHECK_EQ(getsockname(to, (struct sockaddr *)&address, &size), 0);
	CHECK_EQ(connect(from, (struct sockaddr *)&address, size), 0);
	ready();
	wait_moved();
	while (again(ROUNDS / 2)) {
		for (i = 0; i < MANY; i++)
			out_numbers[i] = random();
		memset(in_numbers, 0, sizeof(in_numbers));
		CHECK_EQ(sendmmsg(from, out, MANY, 0), MANY);
		CHECK_EQ(recvmmsg(to, in, MANY, 0, NULL), MANY);
		for (i = 0; i < MANY; i++) {
			CHECK_EQ(in[i].msg_len, 8);
			CHECK_EQ(out[i].msg_len, 8);
			CHECK_EQ(in_numbers[i], out_numbers[i]);
		}
		CHECK_EQ(send(from, "x", 1, 0), 1);
		CHECK_EQ(recv(to, in_numbers, 8, 0), 1);
	}
	return pass();
}
