// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A unix socket with a name: listen, connect, accept, credentials, and datagrams
 * with a sender's address.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "harness.h"

static struct sockaddr_un named(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, name, sizeof(address.sun_path) - 1);
	return address;
}

static int bound(int type, const char *name)
{
	struct sockaddr_un address = named(name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	CHECK_EQ(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void talk(int listener)
{
	struct sockaddr_un address = named("stream");
	int client = socket(AF_UNIX, SOCK_STREAM, 0), server;
	socklen_t size = sizeof(struct ucred);
	struct ucred peer;
	char byte;

	CHECK_EQ(connect(client, (struct sockaddr *)&address, sizeof(address)),
		 0);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK(server >= 0);
	CHECK_EQ(getsockopt(server, SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
	CHECK_EQ(peer.pid, getpid());
	CHECK_EQ(peer.uid, getuid());
	CHECK_EQ(write(client, "x", 1), 1);
	CHECK_EQ(read(server, &byte, 1), 1);
	close(server);
	CHECK_EQ(read(client, &byte, 1), 0);
	close(client);
}

int main(void)
{
	struct sockaddr_un to = named("one"), from;
	socklen_t size;
	int listener = bound(SOCK_STREAM, "stream");
	int one = bound(SOCK_DGRAM, "one"), two = bound(SOCK_DGRAM, "two");
	char text[16];

	CHECK_EQ(listen(listener, 4), 0);
	ready();
	wait_moved();
	while (again(ROUNDS / 4)) {
		talk(listener);
		CHECK_EQ(sendto(two, "hello", 5, 0, (struct sockaddr *)&to,
				sizeof(to)),
			 5);
		memset(&from, 0, sizeof(from));
		size = sizeof(from);
		CHECK_EQ(recvfrom(one, text, sizeof(text), 0,
				  (struct sockaddr *)&from, &size),
			 5);
		CHECK(strcmp(from.sun_path, "two") == 0);
		CHECK_EQ(size, offsetof(struct sockaddr_un, sun_path) + 4);
	}
	return pass();
}
