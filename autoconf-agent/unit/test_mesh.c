// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two nodes on a wire, each in a network of its own, with real WireGuard.
 * Skipped where the kernel has none or gives no right to make networks.
 *
 *	 one                                 two
 *	 tess0 (address from its key)        tess0
 *	 wire  fe80::1, 192.0.2.1 ---------- wire  fe80::2, 192.0.2.2
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <net/if.h>
#include <sodium.h>

#include "mesh.h"

#define PORT 7870
#define ARRIVES_MS 20000 /* a handshake, on an emulated machine */
#define NEVER_MS 1500

struct side {
	int network;
	unsigned int wire; /* its index */
	struct cluster cluster;
	struct identity id;
	struct mesh *mesh;
	int socket;
};

static struct side one, two;
static bool possible;

static int run(const char *command)
{
	return system(command);
}

static void shell(const char *command)
{
	if (run(command) != 0)
		fail_msg("%s", command);
}

static void enter(const struct side *side)
{
	assert_int_equal(setns(side->network, CLONE_NEWNET), 0);
}

static bool make_network(struct side *side)
{
	if (unshare(CLONE_NEWNET) < 0)
		return false;
	side->network = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	side->socket = -1;
	return side->network >= 0;
}

static int make_networks(void **state)
{
	char command[128];

	if (!make_network(&two) || !make_network(&one) ||
	    run("ip link add probe type wireguard 2>/dev/null") != 0)
		return 0;
	shell("ip link del probe");
	snprintf(command, sizeof(command),
		 "ip link add wire mtu 1400 type veth peer name wire netns "
		 "/proc/%d/fd/%d",
		 getpid(), two.network);
	if (run(command) != 0)
		return 0;
	possible = true;
	shell("ip link set lo up");
	shell("ip link set wire up addrgenmode none");
	shell("ip addr add fe80::1/64 dev wire nodad");
	shell("ip addr add 192.0.2.1/24 dev wire");
	one.wire = if_nametoindex("wire");
	enter(&two);
	shell("ip link set lo up");
	shell("ip link set wire up addrgenmode none");
	shell("ip addr add fe80::2/64 dev wire nodad");
	shell("ip addr add 192.0.2.2/24 dev wire");
	two.wire = if_nametoindex("wire");
	return 0;
}

static void be_possible(void)
{
	if (!possible) {
		print_message("no WireGuard, no veth or no right to\n");
		skip();
	}
}

static int create(struct side *side)
{
	enter(side);
	return mesh_create(&side->mesh, &side->cluster, &side->id);
}

/* A new node with this cluster key. */
static void boot(struct side *side, uint8_t key)
{
	uint8_t bytes[CLUSTER_KEY_SIZE];

	memset(bytes, key, sizeof(bytes));
	cluster_from_key(&side->cluster, bytes);
	assert_int_equal(identity_load(&side->id, "/nowhere", &side->cluster),
			 0);
	assert_int_equal(create(side), 0);
	side->socket = mesh_socket(side->mesh, PORT);
	assert_true(side->socket >= 0);
}

static void halt(struct side *side)
{
	if (!side->mesh)
		return;
	enter(side);
	close(side->socket);
	mesh_destroy(side->mesh, true);
	side->mesh = NULL;
	assert_int_equal(if_nametoindex(MESH_DEVICE), 0);
}

static int halt_both(void **state)
{
	halt(&one);
	halt(&two);
	return 0;
}

static struct sockaddr_in6 endpoint_of(const char *address, unsigned int scope)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(MESH_PORT),
		.sin6_scope_id = scope,
	};

	inet_pton(AF_INET6, address, &a.sin6_addr);
	return a;
}

static void know(struct side *side, const struct side *peer,
		 const char *address)
{
	struct sockaddr_in6 endpoint;

	endpoint = endpoint_of(address ? address : "::", side->wire);
	enter(side);
	assert_int_equal(mesh_peer_set(side->mesh, peer->id.info.key,
				       address ? &endpoint : NULL),
			 0);
}

static void say(const struct side *from, const struct side *to)
{
	const struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(PORT),
		.sin6_addr = to->id.address,
	};

	(void)sendto(from->socket, "hello", 5, 0,
		     (const struct sockaddr *)&address, sizeof(address));
}

/* Whether a datagram of that one comes within the time. */
static bool hears(const struct side *side, const struct side *from, int ms)
{
	struct pollfd fds = { .fd = side->socket, .events = POLLIN };
	struct sockaddr_in6 source = { 0 };
	socklen_t len = sizeof(source);
	char text[16];

	if (poll(&fds, 1, ms) != 1)
		return false;
	return recvfrom(side->socket, text, sizeof(text), 0,
			(struct sockaddr *)&source, &len) == 5 &&
	       memcmp(text, "hello", 5) == 0 &&
	       IN6_ARE_ADDR_EQUAL(&source.sin6_addr, &from->id.address);
}

struct peers {
	struct mesh_peer first;
	size_t count;
};

static void count_peer(const struct mesh_peer *peer, void *userdata)
{
	struct peers *peers = userdata;

	if (peers->count++ == 0)
		peers->first = *peer;
}

static struct peers peers_of(struct side *side)
{
	struct peers peers = { .count = 0 };

	assert_int_equal(mesh_peers(side->mesh, count_peer, &peers), 0);
	return peers;
}

static void members_reach_each_other_by_link_local(void **state)
{
	struct sockaddr_in6 expected = endpoint_of("fe80::2", one.wire);
	struct peers peers;

	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	know(&one, &two, "fe80::2");
	peers = peers_of(&one);
	assert_int_equal(peers.count, 1);
	assert_true(peers.first.handshake_ms == 0);
	know(&two, &one, NULL); /* learns the endpoint from the handshake */
	assert_int_equal(peers_of(&two).first.endpoint.sin6_port, 0);
	say(&one, &two);
	assert_true(hears(&two, &one, ARRIVES_MS));
	say(&two, &one);
	assert_true(hears(&one, &two, ARRIVES_MS));

	peers = peers_of(&one);
	assert_memory_equal(peers.first.key, two.id.info.key, NODE_KEY_SIZE);
	assert_memory_equal(&peers.first.endpoint.sin6_addr,
			    &expected.sin6_addr, sizeof(struct in6_addr));
	assert_int_equal(peers.first.endpoint.sin6_scope_id, one.wire);
	assert_int_equal(ntohs(peers.first.endpoint.sin6_port), MESH_PORT);
	assert_true(peers.first.handshake_ms > 0);
	assert_true(peers.first.rx_bytes > 0 && peers.first.tx_bytes > 0);
}

static void members_reach_each_other_by_ipv4(void **state)
{
	struct peers peers;

	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	know(&one, &two, "::ffff:192.0.2.2");
	know(&two, &one, "::ffff:192.0.2.1");
	say(&two, &one);
	assert_true(hears(&one, &two, ARRIVES_MS));
	peers = peers_of(&one);
	assert_true(IN6_IS_ADDR_V4MAPPED(&peers.first.endpoint.sin6_addr));
}

static void members_connect_to_each_other(void **state)
{
	struct sockaddr_in6 source = { 0 };
	socklen_t len = sizeof(source);
	struct pollfd fds = { .events = POLLIN };
	int dialed, accepted;

	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	know(&one, &two, "fe80::2");
	know(&two, &one, "fe80::1");
	enter(&two);
	fds.fd = mesh_listen(two.mesh, PORT, 1);
	assert_true(fds.fd >= 0);
	enter(&one);
	dialed = mesh_connect(one.mesh, &two.id.address, PORT);
	assert_true(dialed >= 0);
	assert_int_equal(poll(&fds, 1, ARRIVES_MS), 1);
	accepted = accept(fds.fd, (struct sockaddr *)&source, &len);
	assert_true(accepted >= 0);
	assert_true(IN6_ARE_ADDR_EQUAL(&source.sin6_addr, &one.id.address));
	/* A listener's successor does not wait for old connections to end. */
	close(fds.fd);
	enter(&two);
	fds.fd = mesh_listen(two.mesh, PORT, 1);
	assert_true(fds.fd >= 0);
	close(fds.fd);
	close(accepted);
	close(dialed);
}

static void another_cluster_key_completes_no_handshake(void **state)
{
	be_possible();
	boot(&one, 1);
	boot(&two, 2);
	know(&one, &two, "fe80::2");
	know(&two, &one, "fe80::1");
	say(&one, &two);
	say(&two, &one);
	assert_false(hears(&one, &two, NEVER_MS));
	assert_true(peers_of(&one).first.handshake_ms == 0);
	assert_true(peers_of(&two).first.handshake_ms == 0);
}

static void a_removed_peer_is_not_heard(void **state)
{
	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	know(&one, &two, "fe80::2");
	know(&two, &one, "fe80::1");
	say(&one, &two);
	assert_true(hears(&two, &one, ARRIVES_MS));
	assert_int_equal(mesh_peer_remove(two.mesh, one.id.info.key), 0);
	assert_int_equal(mesh_peer_remove(two.mesh, one.id.info.key), 0);
	assert_int_equal(peers_of(&two).count, 0);
	say(&one, &two);
	assert_false(hears(&two, &one, NEVER_MS));
	assert_int_equal(mesh_peers_flush(one.mesh), 0);
	assert_int_equal(peers_of(&one).count, 0);
}

static void a_peer_that_roams_is_followed(void **state)
{
	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	know(&one, &two, "fe80::2");
	know(&two, &one, "fe80::1");
	say(&one, &two);
	assert_true(hears(&two, &one, ARRIVES_MS));
	enter(&one);
	shell("ip addr del fe80::1/64 dev wire");
	shell("ip addr add fe80::3/64 dev wire nodad");
	say(&one, &two);
	assert_true(hears(&two, &one, ARRIVES_MS));
	assert_int_equal(peers_of(&two).first.endpoint.sin6_addr.s6_addr[15],
			 3);
	say(&two, &one);
	assert_true(hears(&one, &two, ARRIVES_MS));
	/* An update without endpoint keeps the one that was learnt. */
	know(&two, &one, NULL);
	assert_int_equal(peers_of(&two).first.endpoint.sin6_addr.s6_addr[15],
			 3);
	enter(&one);
	shell("ip addr del fe80::3/64 dev wire");
	shell("ip addr add fe80::1/64 dev wire nodad");
}

static void a_restarted_agent_takes_its_device_over(void **state)
{
	unsigned int index;

	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	know(&two, &one, "fe80::1");
	know(&one, &two, "fe80::2");
	enter(&one);
	index = if_nametoindex(MESH_DEVICE);
	mesh_destroy(one.mesh, false);
	assert_int_equal(if_nametoindex(MESH_DEVICE), index);
	assert_int_equal(create(&one), 0);
	assert_int_equal(if_nametoindex(MESH_DEVICE), index);
	assert_int_equal(peers_of(&one).count, 0);
	know(&one, &two, "fe80::2");
	say(&one, &two); /* its socket lived on */
	assert_true(hears(&two, &one, ARRIVES_MS));
}

static void another_cluster_leaves_no_address_behind(void **state)
{
	be_possible();
	boot(&one, 1);
	close(one.socket);
	enter(&one);
	mesh_destroy(one.mesh, false);
	boot(&one, 2);
	shell("test $(ip -6 -o addr show dev tess0 | wc -l) = 1");
	shell("test $(ip -6 route show dev tess0 | wc -l) = 1");
}

static void a_device_of_another_kind_is_left_alone(void **state)
{
	be_possible();
	boot(&one, 1);
	halt(&one);
	enter(&one);
	shell("ip link add tess0 type veth");
	assert_int_equal(create(&one), -EEXIST);
	one.mesh = NULL;
	assert_true(if_nametoindex(MESH_DEVICE) > 0);
	shell("ip link del tess0");
}

static void what_fits_the_wire_fits_the_mesh(void **state)
{
	be_possible();
	enter(&one);
	shell("ip link set wire mtu 1400");
	boot(&one, 1);
	shell("ip link show tess0 | grep -q 'mtu 1320 '");
	halt(&one);
	shell("ip link set wire mtu 9000");
	boot(&one, 1);
	shell("ip link show tess0 | grep -q 'mtu 1420 '");
	halt(&one);
	shell("ip link set wire mtu 1280");
	boot(&one, 1);
	shell("ip link show tess0 | grep -q 'mtu 1280 '");
	shell("ip link set wire mtu 1500");
}

static void a_lost_device_is_noticed(void **state)
{
	be_possible();
	boot(&one, 1);
	assert_int_equal(mesh_check(one.mesh), 0);
	shell("ip addr flush dev tess0");
	assert_int_equal(mesh_check(one.mesh), -EADDRNOTAVAIL);
	shell("ip link set tess0 down");
	assert_int_equal(mesh_check(one.mesh), -ENETDOWN);
	shell("ip link del tess0");
	assert_int_equal(mesh_check(one.mesh), -ENODEV);
	shell("ip link add tess0 type wireguard");
	assert_int_equal(mesh_check(one.mesh), -ENODEV);
	shell("ip link del tess0");
}

static void a_node_is_no_peer_of_itself(void **state)
{
	struct sockaddr_in6 endpoint = endpoint_of("fe80::2", 0);

	be_possible();
	boot(&one, 1);
	boot(&two, 1);
	assert_int_equal(mesh_peer_set(one.mesh, one.id.info.key, NULL),
			 -EINVAL);
	assert_int_equal(mesh_peer_set(one.mesh, two.id.info.key, &endpoint),
			 -EINVAL);
	assert_int_equal(peers_of(&one).count, 0);
}

static void hundreds_of_peers_are_listed(void **state)
{
	uint8_t key[NODE_KEY_SIZE];

	be_possible();
	boot(&one, 1);
	for (int i = 0; i < 500; i++) {
		randombytes_buf(key, sizeof(key));
		assert_int_equal(mesh_peer_set(one.mesh, key, NULL), 0);
	}
	assert_int_equal(peers_of(&one).count, 500);
}

#define on_two_nodes(test) cmocka_unit_test_teardown(test, halt_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_two_nodes(members_reach_each_other_by_link_local),
		on_two_nodes(members_reach_each_other_by_ipv4),
		on_two_nodes(members_connect_to_each_other),
		on_two_nodes(another_cluster_key_completes_no_handshake),
		on_two_nodes(a_removed_peer_is_not_heard),
		on_two_nodes(a_peer_that_roams_is_followed),
		on_two_nodes(a_restarted_agent_takes_its_device_over),
		on_two_nodes(another_cluster_leaves_no_address_behind),
		on_two_nodes(a_device_of_another_kind_is_left_alone),
		on_two_nodes(what_fits_the_wire_fits_the_mesh),
		on_two_nodes(a_lost_device_is_noticed),
		on_two_nodes(a_node_is_no_peer_of_itself),
		on_two_nodes(hundreds_of_peers_are_listed),
	};

	return cmocka_run_group_tests(tests, make_networks, NULL);
}
