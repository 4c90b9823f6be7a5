// SPDX-License-Identifier: GPL-2.0-or-later
/* See wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DIAL_S 10
#define HELLO_MS 10000
#define STALL_MS 15000 /* a victim that neither reads nor dies */

struct tally tally;

static uint64_t state = 1;

void chance_seed(uint64_t seed)
{
	state = seed;
}

/* splitmix64 */
uint64_t chance(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint64_t below(uint64_t bound)
{
	return bound ? chance() % bound : 0;
}

bool one_in(unsigned int n)
{
	return below(n) == 0;
}

uint64_t odd_number(void)
{
	static const uint64_t known[] = {
		0,
		~0ULL,
		0x7fffffffffffffff,
		0x8000000000000000,
		0x7ffffffff000,	    /* the end of user memory */
		0xffffffff81000000, /* the kernel's text */
		0xffff888000000000, /* all of memory, as the kernel sees it */
		0xffffffffff600000, /* vsyscall */
		0x400000,
		0xffffffff,
		0x80000000,
		4096,
	};

	switch (below(5)) {
	case 0:
		return below(300);
	case 1:
		return (1ULL << below(64)) + below(3) - 1;
	case 2:
		return known[below(COUNT(known))];
	case 3:
		return -below(5000);
	default:
		return chance() >> below(64);
	}
}

void fill_random(void *to, size_t size)
{
	uint8_t *byte = to;

	while (size--)
		*byte++ = chance();
}

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

/* --- bytes --- */

void wire_close(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

bool wire_raw(struct wire *wire, const void *data, size_t length)
{
	struct pollfd room = { .fd = wire->fd, .events = POLLOUT };

	while (length && wire->fd >= 0) {
		ssize_t n = send(wire->fd, data, length,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN && poll(&room, 1, STALL_MS) == 1)
			continue;
		if (n <= 0) {
			wire_close(wire);
			break;
		}
		data = (const uint8_t *)data + n;
		length -= n;
		tally.bytes += n;
	}
	return wire->fd >= 0;
}

static bool read_all(struct wire *wire, void *to, size_t length)
{
	struct pollfd more = { .fd = wire->fd, .events = POLLIN };

	while (length && wire->fd >= 0) {
		ssize_t n = recv(wire->fd, to, length, MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN && poll(&more, 1, STALL_MS) == 1)
			continue;
		if (n <= 0) {
			wire_close(wire);
			break;
		}
		to = (uint8_t *)to + n;
		length -= n;
	}
	return wire->fd >= 0;
}

/* --- frames --- */

bool wire_send(struct wire *wire, unsigned int type, uint32_t channel,
	       uint32_t request, const void *data, size_t length)
{
	struct tessera_frame frame = {
		.version = TESSERA_FRAME_VERSION,
		.type = type,
		.length = length,
		.channel = channel,
		.request = request,
	};

	tally.frames++;
	return wire_raw(wire, &frame, sizeof(frame)) &&
	       wire_raw(wire, data, length);
}

int wire_receive(struct wire *wire, int within_ms)
{
	struct pollfd more = { .fd = wire->fd, .events = POLLIN };

	if (wire->fd < 0)
		return -1;
	if (poll(&more, 1, within_ms > 0 ? within_ms : 0) == 0)
		return 0;
	if (!read_all(wire, &wire->frame, sizeof(wire->frame)))
		return -1;
	if (!tessera_frame_valid(&wire->frame))
		die("the victim itself sends nonsense: type %u, %u bytes",
		    wire->frame.type, wire->frame.length);
	if (!read_all(wire, wire->body, wire->frame.length))
		return -1;
	tally.got[wire->frame.type]++;
	return 1;
}

bool wire_wait(struct wire *wire, unsigned int type, int within_ms)
{
	int64_t end = now_ms() + within_ms;

	for (;;) {
		int64_t left = end - now_ms();

		if (wire_receive(wire, left > 0 ? left : 0) != 1)
			return false;
		if (wire->frame.type == type)
			return true;
	}
}

void wire_drain(struct wire *wire, int silent_ms)
{
	while (wire_receive(wire, silent_ms) == 1)
		;
}

/* --- the beginning --- */

bool wire_greet(struct wire *wire, int fd)
{
	const int on = 1;

	wire->fd = fd;
	tally.connections++;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!wire_wait(wire, TESSERA_FRAME_HELLO, HELLO_MS) ||
	    wire->frame.length != sizeof(wire->hello)) {
		wire_close(wire);
		return false;
	}
	memcpy(&wire->hello, wire->body, sizeof(wire->hello));
	return wire_send(wire, TESSERA_FRAME_HELLO, 0, 0, &wire->hello,
			 sizeof(wire->hello));
}

bool wire_dial(struct wire *wire, const struct in6_addr *to)
{
	const struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(LINK_PORT),
		.sin6_addr = *to,
	};
	const struct timeval within = { .tv_sec = DIAL_S };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	wire->fd = -1;
	if (fd < 0)
		die("no socket");
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &within, sizeof(within));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		close(fd);
		return false;
	}
	return wire_greet(wire, fd);
}
