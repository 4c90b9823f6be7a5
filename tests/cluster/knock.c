// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * knock listen ADDRESS PORT: print what arrives by TCP and UDP, a line each.
 * knock tcp|udp ADDRESS PORT TEXT [FROM]: send it, from an address that needs
 * not be one's own; fails when no connection comes about within three seconds
 * (UDP cannot know).
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WITHIN_MS 3000

static int bound(int type, const struct sockaddr_in6 *address)
{
	int fd = socket(AF_INET6, type, 0), yes = 1;

	/* Connections of the listener before us may still be in TIME_WAIT. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		perror("bind");
		exit(1);
	}
	if (type == SOCK_STREAM)
		listen(fd, 8);
	return fd;
}

static void print_from(int fd, const char *how)
{
	char buf[200];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	printf("%s %.*s\n", how, n > 0 ? (int)n : 0, buf);
	fflush(stdout);
}

static int serve(const struct sockaddr_in6 *address)
{
	struct pollfd fds[] = {
		{ .fd = bound(SOCK_STREAM, address), .events = POLLIN },
		{ .fd = bound(SOCK_DGRAM, address), .events = POLLIN },
	};

	puts("listening");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents) {
			int fd = accept(fds[0].fd, NULL, NULL);

			print_from(fd, "tcp");
			close(fd);
		}
		if (fds[1].revents)
			print_from(fds[1].fd, "udp");
	}
	return 1;
}

static void be_at(int fd, const char *from)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	int yes = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &yes, sizeof(yes));
	if (inet_pton(AF_INET6, from, &address.sin6_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("bind");
		exit(3);
	}
}

static int knock(int type, const struct sockaddr_in6 *address, const char *text,
		 const char *from)
{
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK, 0), error = 0;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(error);

	if (from)
		be_at(fd, from);
	connect(fd, (const struct sockaddr *)address, sizeof(*address));
	if (poll(&p, 1, WITHIN_MS) != 1 ||
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		return 1;
	return send(fd, text, strlen(text), 0) < 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	if (argc < 4 || inet_pton(AF_INET6, argv[2], &address.sin6_addr) != 1)
		return 2;
	address.sin6_port = htons((uint16_t)atoi(argv[3]));
	if (strcmp(argv[1], "listen") == 0)
		return serve(&address);
	if (argc < 5)
		return 2;
	return knock(strcmp(argv[1], "tcp") ? SOCK_DGRAM : SOCK_STREAM,
		     &address, argv[4], argv[5]);
}
