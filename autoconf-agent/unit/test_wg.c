// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel says of WireGuard's peers, and what is said to it of their
 * endpoints.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/wireguard.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>

#include "wg.h"

/* A message whose attributes the tests write. */
struct message {
	_Alignas(8) char bytes[8192];
	struct nlmsghdr *header;
};

static struct message *start(struct message *m)
{
	memset(m, 0, sizeof(*m));
	m->header = mnl_nlmsg_put_header(m->bytes);
	return m;
}

static int parse(struct wg_dump *dump, const struct message *m)
{
	return wg_parse(dump, mnl_nlmsg_get_payload(m->header),
			mnl_nlmsg_get_payload_len(m->header));
}

struct seen {
	struct mesh_peer peers[8];
	size_t count;
};

static void see(const struct mesh_peer *peer, void *userdata)
{
	struct seen *seen = userdata;

	if (seen->count < 8)
		seen->peers[seen->count] = *peer;
	seen->count++;
}

static void put_key(struct message *m, uint16_t n)
{
	uint8_t key[NODE_KEY_SIZE] = { (uint8_t)n, (uint8_t)(n >> 8) };

	mnl_attr_put(m->header, WGPEER_A_PUBLIC_KEY, sizeof(key), key);
}

static void put_peer(struct message *m, uint16_t n)
{
	struct nlattr *peer = mnl_attr_nest_start(m->header, 0);

	put_key(m, n);
	mnl_attr_nest_end(m->header, peer);
}

static struct sockaddr_in6 endpoint_of(const char *text, uint16_t port,
				       uint32_t scope)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_scope_id = scope,
	};

	assert_int_equal(inet_pton(AF_INET6, text, &a.sin6_addr), 1);
	return a;
}

static void a_peer_is_read_with_all_it_has(void **state)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(51870) };
	struct sockaddr_in6 mapped = endpoint_of("::ffff:192.0.2.7", 51870, 0);
	int64_t time[2] = { 1700000000, 123456789 };
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct nlattr *list, *peer;
	struct message m;

	inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
	start(&m);
	mnl_attr_put_u32(m.header, WGDEVICE_A_IFINDEX, 3);
	mnl_attr_put_strz(m.header, WGDEVICE_A_IFNAME, "tess0");
	list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(m.header, 0);
	put_key(&m, 1);
	mnl_attr_put(m.header, WGPEER_A_ENDPOINT, sizeof(v4), &v4);
	mnl_attr_put(m.header, WGPEER_A_LAST_HANDSHAKE_TIME, sizeof(time),
		     time);
	mnl_attr_put_u64(m.header, WGPEER_A_RX_BYTES, 1000);
	mnl_attr_put_u64(m.header, WGPEER_A_TX_BYTES, UINT64_MAX);
	mnl_attr_put_u16(m.header, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, 25);
	mnl_attr_nest_end(m.header, peer);
	put_peer(&m, 2);
	mnl_attr_nest_end(m.header, list);

	assert_int_equal(parse(&dump, &m), 0);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.peers[0].key[0], 1);
	assert_memory_equal(&seen.peers[0].endpoint, &mapped, sizeof(mapped));
	assert_true(seen.peers[0].handshake_ms == 1700000000123);
	assert_true(seen.peers[0].rx_bytes == 1000);
	assert_true(seen.peers[0].tx_bytes == UINT64_MAX);
	assert_int_equal(seen.peers[1].key[0], 2);
	assert_int_equal(seen.peers[1].endpoint.sin6_port, 0);
	assert_true(seen.peers[1].handshake_ms == 0);
}

static void a_peer_in_two_messages_is_one(void **state)
{
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct nlattr *list;
	struct message m;

	start(&m);
	list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
	put_peer(&m, 0); /* a key of zeros is one like others */
	put_peer(&m, 1);
	mnl_attr_nest_end(m.header, list);
	assert_int_equal(parse(&dump, &m), 0);
	start(&m);
	list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
	put_peer(&m, 1);
	put_peer(&m, 2);
	mnl_attr_nest_end(m.header, list);
	assert_int_equal(parse(&dump, &m), 0);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.peers[2].key[0], 2);
}

static void a_device_may_have_no_peers(void **state)
{
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct message m;

	start(&m);
	assert_int_equal(parse(&dump, &m), 0);
	mnl_attr_put_u16(m.header, WGDEVICE_A_LISTEN_PORT, 51870);
	mnl_attr_nest_end(m.header,
			  mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS));
	assert_int_equal(parse(&dump, &m), 0);
	assert_int_equal(seen.count, 0);
}

static void no_more_peers_than_nodes_are_handed_out(void **state)
{
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct nlattr *list;
	struct message m;

	for (uint16_t i = 0; i < NODES_MAX + 100; i++) {
		start(&m);
		list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
		put_peer(&m, i);
		mnl_attr_nest_end(m.header, list);
		assert_int_equal(parse(&dump, &m), 0);
	}
	assert_int_equal(seen.count, NODES_MAX);
}

/* One peer with one more attribute. */
static int parse_with(uint16_t type, const void *data, size_t len)
{
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct nlattr *list, *peer;
	struct message m;
	int r;

	start(&m);
	list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(m.header, 0);
	if (type != WGPEER_A_PUBLIC_KEY)
		put_key(&m, 1);
	mnl_attr_put(m.header, type, len, data);
	mnl_attr_nest_end(m.header, peer);
	mnl_attr_nest_end(m.header, list);
	r = parse(&dump, &m);
	assert_int_equal(seen.count, r == 0 ? 1 : 0);
	return r;
}

static void attributes_of_another_size_are_refused(void **state)
{
	const int64_t negative[2] = { -1, 0 }, far[2] = { INT64_MAX, 0 };
	const int64_t nanoseconds[2] = { 1, 1000000000 };
	struct sockaddr_in6 v6 = endpoint_of("2001:db8::1", 1, 0);
	const uint8_t zeros[64] = { 0 };

	assert_int_equal(parse_with(WGPEER_A_PUBLIC_KEY, zeros, 32), 0);
	assert_int_equal(parse_with(WGPEER_A_PUBLIC_KEY, zeros, 31), -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_PUBLIC_KEY, zeros, 33), -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_ENDPOINT, &v6, sizeof(v6)), 0);
	assert_int_equal(parse_with(WGPEER_A_ENDPOINT, &v6, sizeof(v6) - 1),
			 -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_ENDPOINT, zeros, sizeof(v6)),
			 -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_ENDPOINT, zeros, 1), -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_RX_BYTES, zeros, 4), -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_TX_BYTES, zeros, 0), -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_LAST_HANDSHAKE_TIME, zeros, 16),
			 0);
	assert_int_equal(parse_with(WGPEER_A_LAST_HANDSHAKE_TIME, zeros, 8),
			 -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_LAST_HANDSHAKE_TIME, negative, 16),
			 -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_LAST_HANDSHAKE_TIME, far, 16),
			 -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_LAST_HANDSHAKE_TIME, nanoseconds,
				    16),
			 -EBADMSG);
	assert_int_equal(parse_with(WGPEER_A_RX_BYTES + 100, zeros, 5), 0);
}

static void a_peer_without_key_is_refused(void **state)
{
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct nlattr *list, *peer;
	struct message m;

	start(&m);
	list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
	peer = mnl_attr_nest_start(m.header, 0);
	mnl_attr_put_u64(m.header, WGPEER_A_RX_BYTES, 1);
	mnl_attr_nest_end(m.header, peer);
	mnl_attr_nest_end(m.header, list);
	assert_int_equal(parse(&dump, &m), -EBADMSG);
	assert_int_equal(seen.count, 0);
}

static void a_cut_message_is_survived(void **state)
{
	struct seen seen = { .count = 0 };
	struct wg_dump dump = { .each = see, .userdata = &seen };
	struct nlattr *list;
	struct message m;

	start(&m);
	list = mnl_attr_nest_start(m.header, WGDEVICE_A_PEERS);
	put_peer(&m, 1);
	put_peer(&m, 2);
	mnl_attr_nest_end(m.header, list);
	for (size_t len = 0; len < mnl_nlmsg_get_payload_len(m.header); len++)
		(void)wg_parse(&dump, mnl_nlmsg_get_payload(m.header), len);
	assert_int_equal(seen.count, 0);
}

static void endpoints_go_to_the_kernel_in_their_family(void **state)
{
	struct sockaddr_in6 a = endpoint_of("::ffff:192.0.2.7", 51870, 9);
	struct sockaddr_storage out;
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	assert_int_equal(wg_endpoint_to_kernel(&a, &out), sizeof(v4));
	memcpy(&v4, &out, sizeof(v4));
	assert_int_equal(v4.sin_family, AF_INET);
	assert_int_equal(ntohs(v4.sin_port), 51870);
	assert_int_equal(ntohl(v4.sin_addr.s_addr), 0xc0000207);

	a = endpoint_of("fe80::1", 51870, 2);
	assert_int_equal(wg_endpoint_to_kernel(&a, &out), sizeof(v6));
	memcpy(&v6, &out, sizeof(v6));
	assert_int_equal(v6.sin6_scope_id, 2);
	assert_memory_equal(&v6, &a, sizeof(v6));

	a = endpoint_of("2001:db8::1", 51870, 2);
	assert_int_equal(wg_endpoint_to_kernel(&a, &out), sizeof(v6));
	memcpy(&v6, &out, sizeof(v6));
	assert_int_equal(v6.sin6_scope_id, 0);
}

static void endpoints_nothing_can_be_sent_to_are_refused(void **state)
{
	const struct {
		const char *address;
		uint16_t port;
		uint32_t scope;
	} bad[] = {
		{ "fe80::1", 51870, 0 },
		{ "2001:db8::1", 0, 0 },
		{ "::", 51870, 0 },
		{ "ff02::1", 51870, 2 },
		{ "::ffff:0.0.0.0", 51870, 0 },
	};
	struct sockaddr_storage out;
	struct sockaddr_in6 a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		a = endpoint_of(bad[i].address, bad[i].port, bad[i].scope);
		assert_int_equal(wg_endpoint_to_kernel(&a, &out), -EINVAL);
	}
	a = endpoint_of("2001:db8::1", 51870, 0);
	a.sin6_family = AF_INET;
	assert_int_equal(wg_endpoint_to_kernel(&a, &out), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_is_read_with_all_it_has),
		cmocka_unit_test(a_peer_in_two_messages_is_one),
		cmocka_unit_test(a_device_may_have_no_peers),
		cmocka_unit_test(no_more_peers_than_nodes_are_handed_out),
		cmocka_unit_test(attributes_of_another_size_are_refused),
		cmocka_unit_test(a_peer_without_key_is_refused),
		cmocka_unit_test(a_cut_message_is_survived),
		cmocka_unit_test(endpoints_go_to_the_kernel_in_their_family),
		cmocka_unit_test(endpoints_nothing_can_be_sent_to_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
