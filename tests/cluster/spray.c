// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spray ADDRESS PORT COUNT: a member gone mad. Listens on tess0 for real gossip
 * messages, then sends COUNT broken copies of them, noise and oversized ones.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLES 32
#define LISTEN_MS 8000
#define GOSSIP_PORT 7870
#define HEADERS (40 + 8) /* IPv6 and UDP */

static struct {
	size_t len;
	unsigned char data[1500];
} samples[SAMPLES];
static size_t n_samples;

/* The datagrams that pass by on tess0 now, as patterns. */
static void listen_to_gossip(void)
{
	struct sockaddr_ll where = { .sll_family = AF_PACKET,
				     .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	unsigned char packet[2000];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	where.sll_ifindex = (int)if_nametoindex("tess0");
	if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof(where)) < 0) {
		perror("tess0");
		exit(1);
	}
	while (n_samples < SAMPLES && poll(&p, 1, LISTEN_MS) > 0) {
		ssize_t n = recv(fd, packet, sizeof(packet), 0);

		if (n <= HEADERS || packet[6] != IPPROTO_UDP ||
		    (packet[42] << 8 | packet[43]) != GOSSIP_PORT)
			continue;
		samples[n_samples].len = (size_t)n - HEADERS;
		memcpy(samples[n_samples].data, packet + HEADERS,
		       (size_t)n - HEADERS);
		n_samples++;
	}
	close(fd);
}

static size_t noise(unsigned char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = (unsigned char)rand();
	return len;
}

static size_t make(unsigned char *buf, unsigned int kind)
{
	size_t len = 0, flips = 1 + (size_t)rand() % 6;

	if (kind == 0 || n_samples == 0)
		return noise(buf, (size_t)rand() % 1300);
	if (kind == 1)
		return noise(buf, 1233 + (size_t)rand() % 7000);
	len = samples[(size_t)rand() % n_samples].len;
	memcpy(buf, samples[(size_t)rand() % n_samples].data, len);
	while (len && flips--)
		buf[(size_t)rand() % len] = (unsigned char)rand();
	if (kind == 2)
		len = (size_t)rand() % (len + 1);
	return len;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	static unsigned char buf[9000];
	long count, sent = 0;
	int fd;

	if (argc != 4 || inet_pton(AF_INET6, argv[1], &to.sin6_addr) != 1)
		return 2;
	to.sin6_port = htons((uint16_t)atoi(argv[2]));
	count = atol(argv[3]);
	srand(7870);
	listen_to_gossip();
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	for (long i = 0; i < count; i++) {
		size_t len = make(buf, (unsigned int)i % 5);

		sent += sendto(fd, buf, len, 0, (struct sockaddr *)&to,
			       sizeof(to)) >= 0;
		if (i % 50 == 0)
			usleep(50000);
	}
	printf("%zu patterns, %ld of %ld sent\n", n_samples, sent, count);
	return sent == count ? 0 : 1;
}
