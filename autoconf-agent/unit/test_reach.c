// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What WireGuard is told of a node's endpoints.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_agent.h"
#include "reach.h"

#define LINK 2

static struct {
	int sets, removes;
	struct sockaddr_in6 endpoint; /* the last one set */
} told;

int mesh_peer_set(struct mesh *mesh, const uint8_t key[NODE_KEY_SIZE],
		  const struct sockaddr_in6 *endpoint)
{
	assert_memory_equal(key, fake.nodes[1].info.key, NODE_KEY_SIZE);
	told.sets++;
	told.endpoint = *endpoint;
	return 0;
}

int mesh_peer_remove(struct mesh *mesh, const uint8_t key[NODE_KEY_SIZE])
{
	told.removes++;
	return 0;
}

static struct sockaddr_in6 endpoint(const char *address, uint32_t scope)
{
	struct sockaddr_in6 e = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(MESH_PORT),
		.sin6_scope_id = scope,
	};

	assert_int_equal(inet_pton(AF_INET6, address, &e.sin6_addr), 1);
	return e;
}

static int begin(void **state)
{
	fake_reset();
	fake.n_peers = 0;
	memset(&told, 0, sizeof(told));
	return 0;
}

static int end(void **state)
{
	reach_forget(&fake.agent, &fake.nodes[1]);
	return 0;
}

static void the_first_endpoint_makes_a_peer(void **state)
{
	const struct sockaddr_in6 e = endpoint("fe80::2", LINK);

	reach_seen(&fake.agent, &fake.nodes[1], &e, LINK);
	assert_int_equal(told.sets, 1);
	assert_memory_equal(&told.endpoint, &e, sizeof(e));
}

/* An announcement is looked at again and again: WireGuard may have followed the
 * node elsewhere meanwhile. */
static void the_same_word_again_leaves_the_peer_alone(void **state)
{
	const struct sockaddr_in6 e = endpoint("fe80::2", LINK);

	for (int i = 0; i < 3; i++) {
		reach_seen(&fake.agent, &fake.nodes[1], &e, LINK);
		reach_offer(&fake.agent, &fake.nodes[1], &e, 1);
	}
	assert_int_equal(told.sets, 1);
}

static void another_endpoint_waits_for_its_turn(void **state)
{
	const struct sockaddr_in6 first = endpoint("fe80::2", LINK),
				  other = endpoint("::ffff:192.0.2.2", 0);

	reach_seen(&fake.agent, &fake.nodes[1], &first, LINK);
	reach_offer(&fake.agent, &fake.nodes[1], &other, 1);
	assert_int_equal(told.sets, 1);
	assert_memory_equal(&told.endpoint, &first, sizeof(first));
}

static void a_silent_suspect_is_looked_for_elsewhere(void **state)
{
	const struct sockaddr_in6 first = endpoint("fe80::2", LINK),
				  other = endpoint("fe80::22", LINK + 1);
	struct node *n = &fake.nodes[1];

	reach_seen(&fake.agent, n, &first, LINK);
	reach_seen(&fake.agent, n, &other, LINK + 1);
	n->status = NODE_SUSPECT;
	n->since = FAKE_NOW;
	reach_tick(&fake.agent, FAKE_NOW);
	assert_int_equal(told.sets, 1); /* it may answer its first probe */
	reach_tick(&fake.agent, FAKE_NOW + 1000);
	assert_int_equal(told.sets, 2);
	assert_memory_equal(&told.endpoint, &other, sizeof(other));
}

static void who_is_forgotten_is_no_peer(void **state)
{
	const struct sockaddr_in6 e = endpoint("fe80::2", LINK);

	reach_seen(&fake.agent, &fake.nodes[1], &e, LINK);
	reach_forget(&fake.agent, &fake.nodes[1]);
	assert_int_equal(told.removes, 1);
	reach_forget(&fake.agent, &fake.nodes[1]);
	assert_int_equal(told.removes, 1);
}

#define reached(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		reached(the_first_endpoint_makes_a_peer),
		reached(the_same_word_again_leaves_the_peer_alone),
		reached(another_endpoint_waits_for_its_turn),
		reached(a_silent_suspect_is_looked_for_elsewhere),
		reached(who_is_forgotten_is_no_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
