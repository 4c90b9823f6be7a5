// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mesh's firewall: its rules as text and, in a network of its own, what
 * they let pass. A wire (a veth pair) leads to a neighbour who has, falsely, an
 * address of the cluster.
 *
 *	 this node                          neighbour
 *	 tess0 fd11::1  (its far end: the test)
 *	 wire  fd22::1 ------------------- wire  fd22::2, fd11::2
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "firewall.h"
#include "nft.h"

#define PORT 7870

static struct in6_addr prefix(void)
{
	struct in6_addr p;

	inet_pton(AF_INET6, "fd11::", &p);
	return p;
}

static void rules_name_device_and_net(void **state)
{
	struct in6_addr p = prefix();
	char text[2048];
	int n = firewall_rules(text, sizeof(text), &p, "tess0");

	assert_int_equal(n, (int)strlen(text));
	assert_non_null(strstr(text, "define mesh = \"tess0\"\n"));
	assert_non_null(strstr(text, "define mesh_net = fd11::/64\n"));
}

static void rules_that_do_not_fit_are_refused(void **state)
{
	struct in6_addr p = prefix();
	char text[64];

	assert_int_equal(firewall_rules(text, sizeof(text), &p, "tess0"),
			 -E2BIG);
}

static void a_device_name_cannot_carry_rules(void **state)
{
	static const char *const names[] = {
		"", "a b", "a\"", "x\ny", "a;b", "$x", "sixteen-letters-"
	};
	struct in6_addr p = prefix();
	char text[2048];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(firewall_rules(text, sizeof(text), &p,
						names[i]),
				 -EINVAL);
}

static void shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static int here = -1, there = -1, tap = -1; /* networks, tess0's far end */

static int own_network(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static void enter(int network)
{
	assert_int_equal(setns(network, CLONE_NEWNET), 0);
}

static int make_networks(void **state)
{
	struct ifreq request = { .ifr_name = "tess0",
				 .ifr_flags = IFF_TUN | IFF_NO_PI };
	char command[96];

	there = own_network();
	here = own_network();
	if (here < 0 || there < 0)
		return 0; /* no right to: the tests are skipped */
	tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	snprintf(
		command, sizeof(command),
		"ip link add wire type veth peer name wire netns /proc/%d/fd/%d",
		getpid(), there);
	if (tap < 0 || ioctl(tap, TUNSETIFF, &request) < 0 ||
	    system(command) != 0 || system("nft list ruleset") != 0) {
		here = -1; /* the kernel has no such thing */
		return 0;
	}
	shell("ip link set lo up");
	shell("ip link set tess0 up");
	shell("ip addr add fd11::1/64 dev tess0 nodad");
	shell("ip link set wire up");
	shell("ip addr add fd22::1/64 dev wire nodad");
	enter(there);
	shell("ip link set lo up");
	shell("ip link set wire up");
	shell("ip addr add fd22::2/64 dev wire nodad");
	shell("ip addr add fd11::2/128 dev wire nodad");
	shell("ip route add fd11::1 via fd22::1");
	enter(here);
	return 0;
}

static void need_networks(void)
{
	if (here < 0 || access("/usr/sbin/nft", X_OK) < 0) {
		print_message("no right to make networks, no veth or no nft\n");
		skip();
	}
}

static struct sockaddr_in6 address_of(const char *text, uint16_t port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_port = htons(port) };

	inet_pton(AF_INET6, text, &a.sin6_addr);
	return a;
}

/* Every user may bind it to the address of another. */
static int udp(const char *address, uint16_t port)
{
	struct sockaddr_in6 a = address_of(address, port);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), yes = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &yes,
				    sizeof(yes)),
			 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

#define ARRIVAL_MS 10000 /* of what must arrive, on however busy a machine */
#define SILENCE_MS 300	 /* without what must not */

static bool is_sent_and_arrives(const char *from, const char *to, int within)
{
	struct sockaddr_in6 a = address_of(to, PORT);
	struct pollfd fds = { .events = POLLIN };
	bool arrived;
	int sender;

	enter(there);
	sender = udp(from, 0);
	enter(here);
	fds.fd = udp("::", PORT);
	assert_int_equal(
		sendto(sender, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)), 1);
	arrived = poll(&fds, 1, within) == 1;
	close(sender);
	close(fds.fd);
	return arrived;
}

/* Does a datagram from there arrive here? */
static bool passes(const char *from, const char *to)
{
	return is_sent_and_arrives(from, to, ARRIVAL_MS);
}

static bool is_stopped(const char *from, const char *to)
{
	return !is_sent_and_arrives(from, to, SILENCE_MS);
}

/* Is a datagram from here let go? */
static bool leaves(const char *from, const char *to)
{
	struct sockaddr_in6 a = address_of(to, PORT);
	int fd = udp(from, 0);
	bool sent;

	sent = sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)) == 1;
	close(fd);
	return sent;
}

struct result {
	int error;
	unsigned int calls;
	char text[256];
};

static void keep_result(int error, const char *text, void *userdata)
{
	struct result *result = userdata;

	result->error = error;
	result->calls++;
	snprintf(result->text, sizeof(result->text), "%s", text);
}

/* Puts the firewall in place; it stays after the object is gone. */
static struct firewall *set_in(sd_event *event)
{
	static struct result result;
	struct in6_addr p = prefix();
	struct firewall *firewall;

	result = (struct result){ .error = 1 };
	assert_int_equal(firewall_new(&firewall, event, &p, "tess0",
				      keep_result, &result),
			 0);
	while (result.calls == 0)
		assert_true(sd_event_run(event, 60 * 1000000ULL) > 0);
	if (result.error < 0)
		fail_msg("%s: %s", strerror(-result.error), result.text);
	return firewall;
}

static struct firewall *set(void)
{
	struct firewall *firewall;
	sd_event *event;

	assert_true(sd_event_new(&event) >= 0);
	firewall = set_in(event);
	sd_event_unref(event); /* the sources of the firewall keep it */
	return firewall;
}

static void without_rules_the_wire_reaches_the_mesh(void **state)
{
	need_networks();
	assert_true(passes("fd22::2", "fd22::1"));
	assert_true(passes("fd22::2", "fd11::1"));
}

static void with_rules_it_does_not(void **state)
{
	need_networks();
	firewall_free(set(), false);
	assert_true(passes("fd22::2", "fd22::1"));
	assert_true(is_stopped("fd22::2", "fd11::1"));
	assert_true(is_stopped("fd11::2", "fd11::1"));
	assert_true(is_stopped("fd11::2", "fd22::1"));
}

static void the_mesh_never_leaves_by_the_wire(void **state)
{
	need_networks();
	firewall_free(set(), false);
	assert_true(leaves("fd22::1", "fd22::2"));
	assert_true(leaves("fd11::1", "fd11::5"));
	assert_true(leaves("fd11::1", "fd11::1"));
	shell("ip -6 route add fd11::2 via fd22::2");
	assert_false(leaves("fd22::1", "fd11::2"));
	assert_false(leaves("fd11::1", "fd22::2"));
	shell("ip -6 route del fd11::2");
}

static void users_do_not_speak_for_their_node(void **state)
{
	need_networks();
	firewall_free(set(), false);
	assert_true(leaves("fd11::1", "fd11::5"));
	assert_true(leaves("fd11::2", "fd11::1"));
	assert_int_equal(seteuid(1000), 0);
	assert_false(leaves("fd11::1", "fd11::5"));
	/* Nor to the agent of their own, as if they were of another. */
	assert_false(leaves("fd11::1", "fd11::1"));
	assert_false(leaves("fd11::2", "fd11::1"));
	assert_true(leaves("fd22::1", "fd22::2"));
	assert_int_equal(seteuid(0), 0);
}

/* An IPv6 and UDP header with one byte, as from a member. */
static bool arrives_by_mesh(const char *from, const char *to, int within)
{
	struct pollfd fds = { .events = POLLIN };
	uint8_t packet[49] = { 0x60, [5] = 9, [6] = IPPROTO_UDP, [7] = 64 };
	uint32_t sum = 0;
	bool arrived;

	inet_pton(AF_INET6, from, packet + 8);
	inet_pton(AF_INET6, to, packet + 24);
	packet[41] = 99;
	packet[42] = PORT >> 8;
	packet[43] = PORT & 255;
	packet[45] = 9;
	packet[48] = 'x';
	sum = IPPROTO_UDP + 9;
	for (size_t i = 8; i < 49; i++)
		sum += i % 2 ? packet[i] : (uint32_t)packet[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	packet[46] = (uint8_t)(~sum >> 8);
	packet[47] = (uint8_t)~sum;
	fds.fd = udp("::", PORT);
	assert_int_equal(write(tap, packet, sizeof(packet)), sizeof(packet));
	arrived = poll(&fds, 1, within) == 1;
	close(fds.fd);
	return arrived;
}

static void members_reach_the_meshs_address_alone(void **state)
{
	need_networks();
	firewall_free(set(), false);
	assert_true(arrives_by_mesh("fd11::2", "fd11::1", ARRIVAL_MS));
	assert_false(arrives_by_mesh("fd11::2", "fd22::1", SILENCE_MS));
}

static void nothing_is_forwarded_to_or_from_the_mesh(void **state)
{
	char packet[256];

	need_networks();
	firewall_free(set(), false);
	shell("echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
	enter(there);
	shell("ip route add fd11::9 via fd22::1");
	enter(here);
	while (read(tap, packet, sizeof(packet)) > 0)
		;
	assert_true(is_stopped("fd22::2", "fd11::9"));
	for (ssize_t n; (n = read(tap, packet, sizeof(packet))) > 0;)
		assert_false(n == 49); /* only the kernel's own questions */
	shell("echo 0 >/proc/sys/net/ipv6/conf/all/forwarding");
}

static void a_refusal_carries_nfts_words(void **state)
{
	struct nft nft = NFT_NONE;
	char text[NFT_TEXT];

	need_networks();
	assert_int_equal(nft_start(&nft, "hello\n", 6), 0);
	assert_int_equal(nft_finish(&nft, 60000, text), -EPROTO);
	assert_non_null(strstr(text, "syntax error"));
	assert_null(strchr(text, '\n'));
	assert_int_equal(nft.fd, -1);
}

static void an_endless_run_is_ended(void **state)
{
	const char script[] = "include \"/proc/self/fd/0\"\n";
	struct nft nft = NFT_NONE;
	char text[NFT_TEXT];
	int r;

	need_networks();
	assert_int_equal(nft_start(&nft, script, sizeof(script) - 1), 0);
	r = nft_finish(&nft, 0, text);
	assert_true(r == -ETIMEDOUT || r == -EPROTO);
	assert_int_equal(nft.pid, 0);
}

static void a_run_can_be_given_up(void **state)
{
	struct result result = { .error = 1 };
	struct in6_addr p = prefix();
	struct firewall *firewall;
	sd_event *event;

	need_networks();
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(firewall_new(&firewall, event, &p, "tess0",
				      keep_result, &result),
			 0);
	assert_true(sd_event_run(event, 1000000) > 0); /* nft has started */
	firewall_free(firewall, true);
	sd_event_unref(event);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
	assert_int_equal(errno, ECHILD);
}

/* Changes each time the table is made; 0: it is not there. */
static int table_handle(void)
{
	FILE *f = popen("nft -a list table inet tessera 2>/dev/null |"
			" sed -n 's/^table .* # handle //p'",
			"re");
	int handle = 0;

	assert_non_null(f);
	if (fscanf(f, "%d", &handle) != 1)
		handle = 0;
	pclose(f);
	return handle;
}

static void other_tables_are_left_alone(void **state)
{
	need_networks();
	shell("nft add table inet mine");
	firewall_free(set(), false);
	firewall_free(set(), false);
	shell("test $(nft list table inet tessera | grep -c 'hook') = 4");
	/* It does not wait for ever; on a slow machine that may be too short. */
	for (int i = 0; i < 10 && table_handle() != 0; i++)
		firewall_free(set(), true);
	assert_int_equal(table_handle(), 0);
	shell("nft list table inet mine >/dev/null");
	assert_true(passes("fd22::2", "fd11::1"));
}

static void run_loop(sd_event *event, uint64_t usec)
{
	uint64_t now, end;

	sd_event_now(event, CLOCK_MONOTONIC, &now);
	for (end = now + usec; now < end;
	     sd_event_now(event, CLOCK_MONOTONIC, &now))
		assert_true(sd_event_run(event, end - now) >= 0);
}

static void a_lost_table_is_restored(void **state)
{
	struct firewall *firewall;
	sd_event *event;
	int handle;

	need_networks();
	assert_true(sd_event_new(&event) >= 0);
	firewall = set_in(event);
	handle = table_handle();
	assert_true(handle > 0);
	/* Neither the own run nor other tables are a reason. */
	shell("nft add table inet mine; nft delete table inet mine");
	run_loop(event, 1500000);
	assert_int_equal(table_handle(), handle);
	shell("nft flush ruleset");
	assert_int_equal(table_handle(), 0);
	for (int i = 0; i < 60 && table_handle() == 0; i++)
		run_loop(event, 500000);
	assert_true(table_handle() > 0);
	firewall_free(firewall, true);
	sd_event_unref(event);
}

/* Between the end of nft's work and the agent's notice of it. */
static void a_table_lost_at_once_is_restored_too(void **state)
{
	struct result result = { .error = 1 };
	struct in6_addr p = prefix();
	struct firewall *firewall;
	sd_event *event;

	need_networks();
	shell("nft flush ruleset");
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(firewall_new(&firewall, event, &p, "tess0",
				      keep_result, &result),
			 0);
	assert_true(sd_event_run(event, 1000000) > 0); /* nft has started */
	for (int i = 0; i < 5000 && table_handle() == 0; i++)
		;
	assert_true(table_handle() > 0);
	shell("nft flush ruleset");
	for (int i = 0; i < 60 && table_handle() == 0; i++)
		run_loop(event, 500000);
	assert_int_equal(result.error, 0);
	assert_true(table_handle() > 0);
	firewall_free(firewall, true);
	sd_event_unref(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_name_device_and_net),
		cmocka_unit_test(rules_that_do_not_fit_are_refused),
		cmocka_unit_test(a_device_name_cannot_carry_rules),
		cmocka_unit_test(without_rules_the_wire_reaches_the_mesh),
		cmocka_unit_test(with_rules_it_does_not),
		cmocka_unit_test(the_mesh_never_leaves_by_the_wire),
		cmocka_unit_test(users_do_not_speak_for_their_node),
		cmocka_unit_test(members_reach_the_meshs_address_alone),
		cmocka_unit_test(nothing_is_forwarded_to_or_from_the_mesh),
		cmocka_unit_test(other_tables_are_left_alone),
		cmocka_unit_test(a_lost_table_is_restored),
		cmocka_unit_test(a_table_lost_at_once_is_restored_too),
		cmocka_unit_test(a_refusal_carries_nfts_words),
		cmocka_unit_test(an_endless_run_is_ended),
		cmocka_unit_test(a_run_can_be_given_up),
	};

	return cmocka_run_group_tests(tests, make_networks, NULL);
}
