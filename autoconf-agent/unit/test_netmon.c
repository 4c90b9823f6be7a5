// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which links and addresses count, in which order, what is understood of
 * rtnetlink's messages; and the watch itself, in a network of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "netlink.h"
#include "netmon.h"

static struct link card(void)
{
	return (struct link){
		.index = 2,
		.flags = IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST,
		.mtu = 1500,
		.type = ARPHRD_ETHER,
		.name = "eth0",
	};
}

static void cards_that_are_up_count(void **state)
{
	struct link link = card();

	assert_true(netmon_link_counts(&link));
	strcpy(link.name, "enp0s31f6");
	assert_true(netmon_link_counts(&link));
	strcpy(link.kind, "vlan");
	assert_true(netmon_link_counts(&link));
	strcpy(link.kind, "bridge");
	assert_true(netmon_link_counts(&link));
}

static void links_without_carrier_do_not_count(void **state)
{
	struct link link = card();

	link.flags = IFF_UP;
	assert_false(netmon_link_counts(&link));
	link.flags = IFF_RUNNING;
	assert_false(netmon_link_counts(&link));
}

static void what_is_no_wire_does_not_count(void **state)
{
	static const char *const kinds[] = { "wireguard", "tun", "dummy",
					     "vxlan",	  "ifb", "?" };
	struct link link;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		link = card();
		strcpy(link.kind, kinds[i]);
		assert_false(netmon_link_counts(&link));
	}
	link = card();
	link.type = ARPHRD_NONE;
	assert_false(netmon_link_counts(&link));
	link = card();
	link.type = ARPHRD_LOOPBACK;
	link.flags |= IFF_LOOPBACK;
	assert_false(netmon_link_counts(&link));
	link = card();
	strcpy(link.name, "tess0");
	assert_false(netmon_link_counts(&link));
}

static void parts_of_a_bridge_do_not_count(void **state)
{
	struct link link = card();

	link.master = 7;
	strcpy(link.slave_kind, "bridge");
	assert_false(netmon_link_counts(&link));
	strcpy(link.slave_kind, "bond");
	assert_false(netmon_link_counts(&link));
	strcpy(link.slave_kind, "vrf"); /* still has addresses of its own */
	assert_true(netmon_link_counts(&link));
}

static struct link_address address_of(const char *text, uint8_t scope,
				      uint32_t flags)
{
	struct link_address a = { .link = 2, .scope = scope, .flags = flags };

	assert_int_equal(inet_pton(AF_INET6, text, &a.address), 1);
	return a;
}

static bool counts(const char *text, uint8_t scope, uint32_t flags)
{
	struct link_address a = address_of(text, scope, flags);

	return netmon_address_counts(&a);
}

static void addresses_that_can_be_used_count(void **state)
{
	const uint32_t optimistic = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;

	assert_true(counts("fe80::1", RT_SCOPE_LINK, IFA_F_PERMANENT));
	assert_true(counts("2001:db8::1", RT_SCOPE_UNIVERSE, 0));
	assert_true(counts("::ffff:192.0.2.7", RT_SCOPE_UNIVERSE, 0));
	assert_true(counts("::ffff:169.254.1.1", RT_SCOPE_LINK, 0));
	assert_true(counts("fe80::1", RT_SCOPE_LINK, optimistic));
	assert_false(counts("fe80::1", RT_SCOPE_LINK, IFA_F_TENTATIVE));
	assert_false(
		counts("fe80::1", RT_SCOPE_LINK, optimistic | IFA_F_DADFAILED));
	assert_false(
		counts("2001:db8::1", RT_SCOPE_UNIVERSE, IFA_F_DEPRECATED));
	assert_false(counts("::1", RT_SCOPE_UNIVERSE, 0));
	assert_false(counts("2001:db8::1", RT_SCOPE_HOST, 0));
	assert_false(counts("::", RT_SCOPE_UNIVERSE, 0));
	assert_false(counts("ff02::1", RT_SCOPE_LINK, 0));
}

static void link_local_comes_first(void **state)
{
	static const struct {
		const char *address;
		unsigned int ifindex;
	} sorted[] = {
		{ "fe80::1", 2 },	   { "fe80::1", 3 },
		{ "fe80::2", 3 },	   { "2001:db8::1", 2 },
		{ "::ffff:192.0.2.7", 2 }, { "fd00::1", 3 },
	};
	enum { N = sizeof(sorted) / sizeof(sorted[0]) };
	struct netmon_address list[N];

	memset(list, 0, sizeof(list));
	for (size_t i = 0; i < N; i++) {
		struct netmon_address *a = &list[N - 1 - i];

		a->ifindex = sorted[i].ifindex;
		inet_pton(AF_INET6, sorted[i].address, &a->address);
	}
	qsort(list, N, sizeof(list[0]), netmon_compare);
	for (size_t i = 0; i < N; i++) {
		struct in6_addr expected;

		inet_pton(AF_INET6, sorted[i].address, &expected);
		assert_int_equal(list[i].ifindex, sorted[i].ifindex);
		assert_memory_equal(&list[i].address, &expected,
				    sizeof(expected));
	}
}

union message {
	char bytes[1024];
	struct nlmsghdr header;
};

static struct nlmsghdr *link_message(union message *m, int index)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(m->bytes);
	struct ifinfomsg *info;

	h->nlmsg_type = RTM_NEWLINK;
	info = mnl_nlmsg_put_extra_header(h, sizeof(*info));
	info->ifi_index = index;
	info->ifi_type = ARPHRD_ETHER;
	info->ifi_flags = IFF_UP;
	return h;
}

static void a_link_is_understood(void **state)
{
	struct nlattr *nest;
	struct nlmsghdr *h;
	struct link link;
	union message m;

	h = link_message(&m, 5);
	mnl_attr_put_strz(h, IFLA_IFNAME, "br0p1");
	mnl_attr_put_u32(h, IFLA_MTU, 9000);
	mnl_attr_put_u32(h, IFLA_MASTER, 4);
	nest = mnl_attr_nest_start(h, IFLA_LINKINFO);
	mnl_attr_put_strz(h, IFLA_INFO_KIND, "veth");
	mnl_attr_put_strz(h, IFLA_INFO_SLAVE_KIND, "bridge");
	mnl_attr_nest_end(h, nest);
	assert_int_equal(link_parse(h, &link), 0);
	assert_int_equal(link.index, 5);
	assert_int_equal(link.mtu, 9000);
	assert_int_equal(link.master, 4);
	assert_string_equal(link.name, "br0p1");
	assert_string_equal(link.kind, "veth");
	assert_string_equal(link.slave_kind, "bridge");
}

static void a_kind_too_long_is_an_unknown_one(void **state)
{
	struct nlattr *nest;
	struct nlmsghdr *h;
	struct link link;
	union message m;

	h = link_message(&m, 5);
	mnl_attr_put_strz(h, IFLA_IFNAME, "x");
	nest = mnl_attr_nest_start(h, IFLA_LINKINFO);
	mnl_attr_put_strz(h, IFLA_INFO_KIND, "a-very-long-kind-of-link");
	mnl_attr_nest_end(h, nest);
	assert_int_equal(link_parse(h, &link), 0);
	assert_string_equal(link.kind, "?");
	link.flags = IFF_UP | IFF_RUNNING;
	assert_false(netmon_link_counts(&link));
}

static void a_damaged_link_is_refused(void **state)
{
	struct link link = { .index = 77 };
	struct nlmsghdr *h;
	union message m;

	h = link_message(&m, 5);
	assert_int_equal(link_parse(h, &link), -EBADMSG); /* no name */
	h = link_message(&m, 0);
	mnl_attr_put_strz(h, IFLA_IFNAME, "x");
	assert_int_equal(link_parse(h, &link), -EBADMSG);
	h = link_message(&m, 5);
	mnl_attr_put_strz(h, IFLA_IFNAME, "sixteen-letters!");
	assert_int_equal(link_parse(h, &link), -EBADMSG);
	h = link_message(&m, 5);
	mnl_attr_put_str(h, IFLA_IFNAME, "eth0"); /* no NUL */
	assert_int_equal(link_parse(h, &link), -EBADMSG);
	h = link_message(&m, 5);
	mnl_attr_put_strz(h, IFLA_IFNAME, "x");
	mnl_attr_put_u16(h, IFLA_MTU, 1500);
	assert_int_equal(link_parse(h, &link), -EBADMSG);
	h = link_message(&m, 5);
	mnl_attr_put_strz(h, IFLA_IFNAME, "x");
	h->nlmsg_type = RTM_DELLINK;
	assert_int_equal(link_parse(h, &link), -EBADMSG);
	h = mnl_nlmsg_put_header(m.bytes);
	h->nlmsg_type = RTM_NEWLINK;
	assert_int_equal(link_parse(h, &link), -EBADMSG);
	assert_int_equal(link.index, 77);
}

static struct nlmsghdr *address_message(union message *m, uint8_t family,
					uint8_t prefix)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(m->bytes);
	struct ifaddrmsg *info;

	h->nlmsg_type = RTM_NEWADDR;
	info = mnl_nlmsg_put_extra_header(h, sizeof(*info));
	info->ifa_family = family;
	info->ifa_prefixlen = prefix;
	info->ifa_index = 3;
	info->ifa_flags = IFA_F_TENTATIVE;
	return h;
}

static void an_address_is_understood(void **state)
{
	const uint8_t v4[4] = { 192, 0, 2, 7 }, far[4] = { 192, 0, 2, 8 };
	struct in6_addr v6 = { .s6_addr = { 0xfe, 0x80, [15] = 1 } }, mapped;
	struct link_address a;
	struct nlmsghdr *h;
	union message m;

	h = address_message(&m, AF_INET6, 64);
	mnl_attr_put(h, IFA_ADDRESS, sizeof(v6), &v6);
	mnl_attr_put_u32(h, IFA_FLAGS, IFA_F_NOPREFIXROUTE);
	assert_int_equal(link_address_parse(h, &a), 0);
	assert_memory_equal(&a.address, &v6, sizeof(v6));
	assert_int_equal(a.flags, IFA_F_NOPREFIXROUTE);
	assert_int_equal(a.prefix, 64);
	assert_int_equal(a.link, 3);

	/* Whatever their order: the own end, not the far one. */
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &mapped);
	h = address_message(&m, AF_INET, 24);
	mnl_attr_put(h, IFA_ADDRESS, 4, far);
	mnl_attr_put(h, IFA_LOCAL, 4, v4);
	assert_int_equal(link_address_parse(h, &a), 0);
	assert_memory_equal(&a.address, &mapped, sizeof(mapped));
	assert_int_equal(a.flags, IFA_F_TENTATIVE);
	h = address_message(&m, AF_INET, 24);
	mnl_attr_put(h, IFA_LOCAL, 4, v4);
	mnl_attr_put(h, IFA_ADDRESS, 4, far);
	assert_int_equal(link_address_parse(h, &a), 0);
	assert_memory_equal(&a.address, &mapped, sizeof(mapped));
}

static void a_damaged_address_is_refused(void **state)
{
	const uint8_t bytes[16] = { 1 };
	struct link_address a;
	struct nlmsghdr *h;
	union message m;

	h = address_message(&m, AF_INET6, 64);
	assert_int_equal(link_address_parse(h, &a), -EBADMSG);
	mnl_attr_put(h, IFA_ADDRESS, 4, bytes);
	assert_int_equal(link_address_parse(h, &a), -EBADMSG);
	h = address_message(&m, AF_INET, 33);
	mnl_attr_put(h, IFA_ADDRESS, 4, bytes);
	assert_int_equal(link_address_parse(h, &a), -EBADMSG);
	h = address_message(&m, AF_INET, 24);
	mnl_attr_put(h, IFA_ADDRESS, 16, bytes);
	assert_int_equal(link_address_parse(h, &a), -EBADMSG);
	h = address_message(&m, AF_INET6, 129);
	mnl_attr_put(h, IFA_ADDRESS, 16, bytes);
	assert_int_equal(link_address_parse(h, &a), -EBADMSG);
	h = address_message(&m, AF_UNIX, 24);
	mnl_attr_put(h, IFA_ADDRESS, 4, bytes);
	assert_int_equal(link_address_parse(h, &a), -EBADMSG);
}

/* Each is at the end of its memory, where the sanitizer sees a byte too far. */
static void a_cut_message_is_not_read_beyond(void **state)
{
	const uint8_t bytes[16] = { 0xfe, 0x80, [15] = 1 };
	struct link_address a;
	struct nlmsghdr *h, *cut;
	struct link link;
	union message m;

	h = address_message(&m, AF_INET6, 64);
	mnl_attr_put(h, IFA_ADDRESS, 16, bytes);
	mnl_attr_put_u32(h, IFA_FLAGS, 0);
	for (uint32_t len = sizeof(*h); len < h->nlmsg_len; len++) {
		cut = malloc(len);
		assert_non_null(cut);
		memcpy(cut, h, len);
		cut->nlmsg_len = len;
		(void)link_address_parse(cut, &a);
		cut->nlmsg_type = RTM_NEWLINK;
		(void)link_parse(cut, &link);
		free(cut);
	}
}

/* The watch, and how often it spoke. */
struct watch {
	sd_event *event;
	struct netmon *mon;
	unsigned int calls;
};

static void count_call(struct netmon *mon, void *userdata)
{
	struct watch *watch = userdata;

	watch->calls++;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until it has spoken that often, or the time is over. */
static void watch_until(struct watch *watch, unsigned int calls, int ms)
{
	int64_t deadline = now_ms() + ms, left;

	while (watch->calls < calls && (left = deadline - now_ms()) > 0)
		assert_true(sd_event_run(watch->event, (uint64_t)left * 1000) >=
			    0);
}

/*
 * Until it lists that many addresses, or the time is over. A carrier comes and
 * goes a moment after the command that made it do so.
 */
static size_t watch_addresses(struct watch *watch, size_t count, int ms)
{
	int64_t deadline = now_ms() + ms, left;
	const struct netmon_address *list;
	size_t n;

	while ((n = netmon_addresses(watch->mon, &list)) != count &&
	       (left = deadline - now_ms()) > 0)
		assert_true(sd_event_run(watch->event, (uint64_t)left * 1000) >=
			    0);
	return n;
}

static int start_watch(void **state)
{
	static struct watch watch;

	memset(&watch, 0, sizeof(watch));
	*state = NULL;
	if (unshare(CLONE_NEWNET) < 0 ||
	    system("ip link add wire type veth peer name far") != 0)
		return 0; /* no right to, or no veth: the test is skipped */
	if (system("ip link set wire addrgenmode none &&"
		   "ip link set far addrgenmode none") != 0)
		return -1;
	*state = &watch;
	return sd_event_new(&watch.event) < 0 ||
			       netmon_new(&watch.mon, watch.event, count_call,
					  &watch) < 0 ?
		       -1 :
		       0;
}

static int end_watch(void **state)
{
	struct watch *watch = *state;

	if (watch) {
		netmon_free(watch->mon);
		sd_event_unref(watch->event);
	}
	return 0;
}

static struct watch *get_watch(void **state)
{
	if (!*state)
		skip();
	return *state;
}

static void shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static void the_watch_speaks_at_once(void **state)
{
	struct watch *watch = get_watch(state);
	const struct netmon_address *list;

	watch_until(watch, 1, 5000);
	assert_int_equal(watch->calls, 1);
	assert_int_equal(netmon_addresses(watch->mon, &list), 0);
	watch_until(watch, 2, 300);
	assert_int_equal(watch->calls, 1);
}

static void changes_in_a_row_are_told_once(void **state)
{
	struct watch *watch = get_watch(state);
	const struct netmon_address *list;

	watch_until(watch, 1, 5000);
	shell("ip link set lo up; ip link set far up; ip link set wire up;"
	      "ip addr add 192.0.2.1/24 dev wire;"
	      "ip addr add fd22::1/64 dev wire nodad;"
	      "ip addr add fe80::1/64 dev wire nodad");
	watch_until(watch, 2, 5000);
	assert_int_equal(netmon_addresses(watch->mon, &list), 3);
	assert_string_equal(list[0].ifname, "wire");
	assert_true(IN6_IS_ADDR_LINKLOCAL(&list[0].address));
	assert_int_equal(list[1].address.s6_addr[0], 0xfd);
	assert_int_equal(list[1].prefix, 64);
	assert_true(IN6_IS_ADDR_V4MAPPED(&list[2].address));
	assert_int_equal(list[2].prefix, 24);
	watch_until(watch, 3, 500);
	assert_int_equal(watch->calls, 2);
}

static void a_lost_carrier_takes_its_addresses_away(void **state)
{
	struct watch *watch = get_watch(state);

	shell("ip link set far up; ip link set wire up;"
	      "ip addr add fe80::1/64 dev wire nodad");
	assert_int_equal(watch_addresses(watch, 1, 5000), 1);
	shell("ip link set far down");
	assert_int_equal(watch_addresses(watch, 0, 5000), 0);
	shell("ip link set far up");
	assert_int_equal(watch_addresses(watch, 1, 5000), 1);
}

static void what_changes_nothing_is_not_told(void **state)
{
	struct watch *watch = get_watch(state);

	unsigned int looks;

	watch_until(watch, 1, 5000);
	looks = netmon_looks(watch->mon);
	shell("ip link set lo up; ip link add other type veth;"
	      "ip link set other mtu 1400; ip link del other");
	watch_until(watch, 2, 500);
	assert_int_equal(watch->calls, 1);
	assert_int_not_equal(netmon_looks(watch->mon), looks);
}

static void never_more_addresses_than_promised(void **state)
{
	struct watch *watch = get_watch(state);

	shell("ip link set far up; ip link set wire up;"
	      "for i in $(seq 50); do"
	      " ip addr add 192.0.2.$i/24 dev wire; done");
	assert_int_equal(watch_addresses(watch, NETMON_MAX, 5000), NETMON_MAX);
}

#define watched(test) \
	cmocka_unit_test_setup_teardown(test, start_watch, end_watch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cards_that_are_up_count),
		cmocka_unit_test(links_without_carrier_do_not_count),
		cmocka_unit_test(what_is_no_wire_does_not_count),
		cmocka_unit_test(parts_of_a_bridge_do_not_count),
		cmocka_unit_test(addresses_that_can_be_used_count),
		cmocka_unit_test(link_local_comes_first),
		cmocka_unit_test(a_link_is_understood),
		cmocka_unit_test(a_kind_too_long_is_an_unknown_one),
		cmocka_unit_test(a_damaged_link_is_refused),
		cmocka_unit_test(an_address_is_understood),
		cmocka_unit_test(a_damaged_address_is_refused),
		cmocka_unit_test(a_cut_message_is_not_read_beyond),
		watched(the_watch_speaks_at_once),
		watched(changes_in_a_row_are_told_once),
		watched(a_lost_carrier_takes_its_addresses_away),
		watched(what_changes_nothing_is_not_told),
		watched(never_more_addresses_than_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
