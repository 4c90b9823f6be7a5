// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dialing and accepting, over the loopback instead of the mesh, with a kernel
 * that writes down what it is given.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_agent.h"
#include "links.h"

#define RUN_US 10000000

static struct sockaddr_in6 at;	 /* where this agent listens */
static bool unreachable, silent; /* what dialing meets */
static struct node_id caller;	 /* who an accepted connection comes from */
static int backlog_fd = -1;

static struct {
	int calls, result, tables;
	uint16_t node;
	enum tessera_link_role role;
	bool nodelay;
	int failures;
	enum tessera_reason failed;
} given;

int mesh_listen(struct mesh *mesh, uint16_t port, int backlog)
{
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(port, AGENT_LINK_PORT);
	at = (struct sockaddr_in6){ .sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	return fd;
}

int mesh_connect(struct mesh *mesh, const struct in6_addr *to, uint16_t port)
{
	struct sockaddr_in6 address = at;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(port, AGENT_LINK_PORT);
	assert_memory_equal(to, &fake.nodes[1].address, sizeof(*to));
	if (silent)
		return fd; /* never becomes connected */
	if (unreachable)
		address.sin6_port = htons(1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

int kernel_link(struct kernel *kernel, int fd, uint16_t node,
		enum tessera_link_role role)
{
	socklen_t size = sizeof(int);
	int on = 0;

	getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size);
	given.calls++;
	given.node = node;
	given.role = role;
	given.nodelay = on;
	return given.tables ? 0 : given.result;
}

void kernel_failed(struct kernel *kernel, uint16_t node, uint64_t id,
		   enum tessera_reason reason)
{
	assert_int_equal(id, 0);
	given.failures++;
	given.node = node;
	given.failed = reason;
}

int cluster_address_id(const struct cluster *c, const struct in6_addr *address,
		       struct node_id *ret)
{
	assert_true(IN6_IS_ADDR_LOOPBACK(address));
	*ret = caller;
	return 0;
}

struct node *members_find(struct members *m, const struct node_id *id)
{
	for (size_t i = 0; i < fake.n_nodes; i++)
		if (node_id_equal(&fake.nodes[i].id, id))
			return &fake.nodes[i];
	return NULL;
}

void agent_hand_nodes(struct agent *a)
{
	given.tables++;
}

static int setup(void **state)
{
	struct agent *a = &fake.agent;

	fake.agent.event = NULL;
	fake_reset();
	memset(&given, 0, sizeof(given));
	unreachable = silent = false;
	caller = (struct node_id){ { 0 } };
	a->kernel = (struct kernel *)(uintptr_t)16;
	if (sd_event_new(&a->event) < 0 || link_book_new(&a->link_book) < 0)
		return -1;
	return links_new(&a->links, a);
}

static int teardown(void **state)
{
	links_free(fake.agent.links);
	link_book_free(fake.agent.link_book);
	sd_event_unref(fake.agent.event);
	if (backlog_fd >= 0)
		close(backlog_fd);
	backlog_fd = -1;
	return 0;
}

static uint64_t count(enum counter counter)
{
	return fake.agent.counters[counter];
}

static void run_until(enum counter counter)
{
	while (count(counter) == 0)
		assert_true(sd_event_run(fake.agent.event, RUN_US) > 0);
}

static void tell(enum tessera_event_type type, uint32_t node)
{
	const struct tessera_event event = { .type = (uint32_t)type,
					     .node = node };

	links_event(&event, &fake.agent);
}

static void test_a_wanted_node_is_dialed(void **state)
{
	tell(TESSERA_EVENT_WANTED, 3);
	run_until(COUNTER_LINK_DIALED);
	/* The accepted end is of nobody. */
	assert_int_equal(given.calls, 1);
	assert_int_equal(given.node, 3);
	assert_int_equal(given.role, TESSERA_LINK_HOME);
	assert_true(given.nodelay);
}

static void test_it_is_dialed_once_at_a_time(void **state)
{
	tell(TESSERA_EVENT_WANTED, 3);
	tell(TESSERA_EVENT_WANTED, 3);
	run_until(COUNTER_LINK_DIALED);
	assert_int_equal(sd_event_run(fake.agent.event, 100000) >= 0, 1);
	assert_int_equal(count(COUNTER_LINK_DIALED), 1);
	assert_int_equal(count(COUNTER_LINK_FAILED), 0);
}

static void test_nobody_else_is_dialed(void **state)
{
	tell(TESSERA_EVENT_WANTED, 1); /* this node */
	tell(TESSERA_EVENT_WANTED, 2); /* is down */
	tell(TESSERA_EVENT_WANTED, 9); /* does not exist */
	assert_int_equal(count(COUNTER_LINK_STRANGER), 3);
	assert_int_equal(given.calls, 0);
	assert_int_equal(given.failures, 3);
	assert_int_equal(given.failed, TESSERA_REASON_NODE_DOWN);
}

static void test_another_build_is_not_dialed(void **state)
{
	fake.nodes[1].info.build[0] = 1;
	tell(TESSERA_EVENT_WANTED, 3);
	tell(TESSERA_EVENT_WANTED, 3);
	assert_int_equal(count(COUNTER_LINK_REFUSED), 2);
	assert_false(link_book_refusal_is_news(fake.agent.link_book, 3,
					       &fake.nodes[1].id));
	assert_int_equal(given.failures, 2);
	assert_int_equal(given.failed, TESSERA_REASON_OTHER_BUILD);
}

static void
test_a_refused_connection_is_a_failure_the_kernel_hears_of(void **state)
{
	unreachable = true;
	tell(TESSERA_EVENT_WANTED, 3);
	run_until(COUNTER_LINK_FAILED);
	assert_int_equal(given.failures, 1);
	assert_int_equal(given.node, 3);
	assert_int_equal(given.failed, TESSERA_REASON_NO_LINK);
	unreachable = false;
	tell(TESSERA_EVENT_WANTED, 3);
	run_until(COUNTER_LINK_DIALED);
}

static void test_who_died_meanwhile_gets_no_link(void **state)
{
	tell(TESSERA_EVENT_WANTED, 3);
	fake.nodes[1].status = NODE_DOWN;
	while (!given.failures) /* the one who is called counts strangers, too */
		assert_true(sd_event_run(fake.agent.event, RUN_US) > 0);
	assert_int_equal(given.calls, 0);
	assert_int_equal(given.failed, TESSERA_REASON_NO_LINK);
}

static void test_a_kernel_that_lacks_the_node_gets_the_table(void **state)
{
	given.result = -ENOENT;
	tell(TESSERA_EVENT_WANTED, 3);
	run_until(COUNTER_LINK_DIALED);
	assert_int_equal(given.tables, 1);
	assert_int_equal(given.calls, 2);
}

/* The far end of a connection to this agent. */
static void call(void)
{
	backlog_fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		connect(backlog_fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void test_a_member_is_accepted(void **state)
{
	caller = fake.nodes[1].id;
	call();
	run_until(COUNTER_LINK_ACCEPTED);
	assert_int_equal(given.node, 3);
	assert_int_equal(given.role, TESSERA_LINK_HOST);
	assert_true(given.nodelay);
}

static void assert_hung_up(void)
{
	char byte;

	assert_int_equal(given.calls, 0);
	assert_int_equal(recv(backlog_fd, &byte, 1, 0), 0);
}

static void test_a_stranger_is_hung_up_on(void **state)
{
	call();
	run_until(COUNTER_LINK_STRANGER);
	assert_hung_up();
}

static void test_another_build_is_hung_up_on(void **state)
{
	caller = fake.nodes[1].id;
	fake.nodes[1].info.build[0] = 1;
	call();
	run_until(COUNTER_LINK_REFUSED);
	assert_hung_up();
}

static void test_what_is_under_way_ends_with_the_mesh(void **state)
{
	silent = true;
	tell(TESSERA_EVENT_WANTED, 3);
	links_free(fake.agent.links);
	fake.agent.links = NULL;
	tell(TESSERA_EVENT_WANTED, 3);
	assert_int_equal(given.calls, 0);
	assert_int_equal(given.failures, 1);
	assert_int_equal(given.failed, TESSERA_REASON_NO_LINK);
}

static void test_events_keep_the_book(void **state)
{
	tell(TESSERA_EVENT_LINK_UP, 3);
	assert_true(link_book_is_up(fake.agent.link_book, 3));
	tell(TESSERA_EVENT_LINK_DOWN, 3);
	assert_false(link_book_is_up(fake.agent.link_book, 3));
	tell(TESSERA_EVENT_LINK_UP, 2);
	tell(TESSERA_EVENT_GONE, 2);
	assert_false(link_book_is_up(fake.agent.link_book, 2));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_wanted_node_is_dialed),
		TEST(test_it_is_dialed_once_at_a_time),
		TEST(test_nobody_else_is_dialed),
		TEST(test_another_build_is_not_dialed),
		TEST(test_a_refused_connection_is_a_failure_the_kernel_hears_of),
		TEST(test_who_died_meanwhile_gets_no_link),
		TEST(test_a_kernel_that_lacks_the_node_gets_the_table),
		TEST(test_a_member_is_accepted),
		TEST(test_a_stranger_is_hung_up_on),
		TEST(test_another_build_is_hung_up_on),
		TEST(test_what_is_under_way_ends_with_the_mesh),
		TEST(test_events_keep_the_book),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
