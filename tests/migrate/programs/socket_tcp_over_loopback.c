// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TCP server and its client in one program: connections from before the move and
 * after it, addresses, options, half closing.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "harness.h"

static int listener;
static struct sockaddr_in address;

static void connect_both(int *ret_client, int *ret_server)
{
	struct sockaddr_in peer, own;
	socklen_t size = sizeof(peer);

	*ret_client = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(connect(*ret_client, (struct sockaddr *)&address,
			 sizeof(address)),
		 0);
	*ret_server = accept(listener, (struct sockaddr *)&peer, &size);
	CHECK(*ret_server >= 0);
	CHECK_EQ(size, sizeof(peer));
	CHECK_EQ(getsockname(*ret_client, (struct sockaddr *)&own, &size), 0);
	CHECK_EQ(own.sin_port, peer.sin_port);
	CHECK_EQ(getpeername(*ret_client, (struct sockaddr *)&own, &size), 0);
	CHECK_EQ(own.sin_port, address.sin_port);
}

static void talk(int client, int server, int rounds)
{
	static char out[3000], in[3000];
	int i;

	for (i = 0; i < rounds; i++) {
		fill(out, sizeof(out), i);
		CHECK_EQ(send(client, out, sizeof(out), 0), sizeof(out));
		CHECK_EQ(recv(server, in, sizeof(in), MSG_WAITALL), sizeof(in));
		CHECK(filled(in, sizeof(in), i));
		CHECK_EQ(write(server, "ok", 2), 2);
		CHECK_EQ(recv(client, in, 2, MSG_WAITALL), 2);
	}
}

static void part(int client, int server)
{
	char byte;

	CHECK_EQ(shutdown(client, SHUT_WR), 0);
	CHECK_EQ(read(server, &byte, 1), 0);
	CHECK_EQ(write(server, "x", 1), 1);
	CHECK_EQ(read(client, &byte, 1), 1);
	close(server);
	CHECK_EQ(read(client, &byte, 1), 0);
	close(client);
}

int main(void)
{
	socklen_t size = sizeof(address);
	int client, server, i, on = 1, is = 0;

	address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	listener = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_EQ(bind(listener, (struct sockaddr *)&address, size), 0);
	CHECK_EQ(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	CHECK_EQ(listen(listener, 4), 0);
	connect_both(&client, &server);
	CHECK_EQ(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)),
		 0);
	ready();
	wait_moved();
	size = sizeof(is);
	CHECK_EQ(getsockopt(client, IPPROTO_TCP, TCP_NODELAY, &is, &size), 0);
	CHECK(is);
	talk(client, server, FEW_ROUNDS);
	part(client, server);
	for (i = 0; i < FEW_ROUNDS / 2; i++) {
		connect_both(&client, &server);
		talk(client, server, 2);
		part(client, server);
	}
	close(listener);
	client = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_ERRNO(connect(client, (struct sockaddr *)&address,
			    sizeof(address)),
		    ECONNREFUSED);
	return pass();
}
