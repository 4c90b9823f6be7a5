// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gossip codec: what is written is read back, and every damage is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "wire.h"

static const struct node_entry entry = {
	.id = { { 1, 2, 3, 4, 5, 6, 7, 8 } },
	.incarnation = 3,
	.beat = 0xfffffffe,
	.status = NODE_UP,
	.age = 1500,
	.claim = { .number = 65535, .weight = 10, .stamp = 1ull << 60 },
	.load = { .cpus = 64,
		  .util = 1000,
		  .load = 640000,
		  .speed = 1234,
		  .mem_mib = 1 << 20,
		  .free_mib = 1 << 19,
		  .guests = 1024,
		  .guest_load = 65535,
		  .room = 3,
		  .leave = true,
		  .guest_share = 100,
		  .pressure = 1000 },
};

static struct node_record record(void)
{
	struct node_record r = {
		.info = { .key = { 9 },
			  .build = { 8 },
			  .machine = { 7 },
			  .name = "tess-000001",
			  .version = "0.1.0",
			  .role = NODE_ROLE_DRONE },
		.n_endpoints = 2,
	};

	for (size_t i = 0; i < r.n_endpoints; i++) {
		r.endpoints[i].sin6_family = AF_INET6;
		r.endpoints[i].sin6_port = htons(51870);
		r.endpoints[i].sin6_addr.s6_addr[0] = 0xfe;
		r.endpoints[i].sin6_addr.s6_addr[15] = (uint8_t)(i + 1);
	}
	return r;
}

/* One message of each type. */
static struct wire_message *sample(enum wire_type type)
{
	struct wire_message *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->type = type;
	m->request = 0xdeadbeef;
	switch (type) {
	case WIRE_TABLE:
		m->index = 21;
		__attribute__((fallthrough));
	case WIRE_PING:
	case WIRE_ACK:
		m->count = WIRE_ENTRIES;
		for (size_t i = 0; i < m->count; i++)
			m->entries[i] = entry;
		break;
	case WIRE_PROBE:
	case WIRE_PROBED:
		m->count = 1;
		m->ids[0] = entry.id;
		break;
	case WIRE_WHO:
		m->count = WIRE_IDS;
		for (size_t i = 0; i < m->count; i++)
			m->ids[i] = entry.id;
		break;
	case WIRE_RECORDS_ARE:
		m->count = WIRE_RECORDS;
		for (size_t i = 0; i < m->count; i++)
			m->records[i] = record();
		break;
	case WIRE_SYNC:
		m->index = 42;
		break;
	case WIRE_CLAIM:
		m->claim = entry.claim;
		break;
	case WIRE_VERDICT:
		m->granted = true;
		m->hint = 12;
		break;
	case WIRE_LEAVE:
		break;
	}
	return m;
}

static void every_message_survives_the_wire(void **state)
{
	(void)state;
	for (int type = WIRE_PING; type <= WIRE_LEAVE; type++) {
		struct wire_message *m = sample(type);
		struct wire_message *back = calloc(1, sizeof(*back));
		uint8_t buf[WIRE_MAX], again[WIRE_MAX];
		int len = wire_encode(m, buf);

		assert_non_null(back);
		assert_in_range(len, WIRE_HEADER, WIRE_MAX);
		assert_int_equal(wire_decode(back, buf, (size_t)len), 0);
		assert_int_equal(back->type, m->type);
		assert_int_equal(back->request, m->request);
		assert_int_equal(back->count, m->count);
		assert_int_equal(wire_encode(back, again), len);
		assert_memory_equal(buf, again, (size_t)len);
		free(m);
		free(back);
	}
}

static void a_truncated_or_longer_message_is_refused(void **state)
{
	struct wire_message back;

	(void)state;
	for (int type = WIRE_PING; type <= WIRE_LEAVE; type++) {
		struct wire_message *m = sample(type);
		uint8_t buf[WIRE_MAX + 1] = { 0 };
		int len = wire_encode(m, buf);

		for (int cut = 0; cut < len; cut++)
			assert_int_equal(wire_decode(&back, buf, (size_t)cut),
					 -EBADMSG);
		assert_true(wire_decode(&back, buf, (size_t)len + 1) < 0);
		free(m);
	}
}

static int decode_with(int type, size_t at, uint8_t value)
{
	struct wire_message *m = sample(type), back;
	uint8_t buf[WIRE_MAX];
	int len = wire_encode(m, buf);

	buf[at] = value;
	free(m);
	return wire_decode(&back, buf, (size_t)len);
}

static void another_version_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(decode_with(WIRE_PING, 4, 1), -EPROTONOSUPPORT);
}

static void impossible_fields_are_refused(void **state)
{
	const size_t body = WIRE_HEADER;
	const struct {
		int type;
		size_t at;
		uint8_t value;
	} cases[] = {
		{ WIRE_PING, 0, 'X' },		       /* magic */
		{ WIRE_PING, 5, 0 },		       /* no such type */
		{ WIRE_PING, 5, 12 },		       /* nor this one */
		{ WIRE_PING, 12, 255 },		       /* count */
		{ WIRE_PING, 13, 1 },		       /* reserved */
		{ WIRE_PING, body + 20, 0 },	       /* status 0 */
		{ WIRE_PING, body + 20, 6 },	       /* status 6 */
		{ WIRE_PING, body + 21, 2 },	       /* unknown flag */
		{ WIRE_PING, body + 22, 101 },	       /* share > 100 */
		{ WIRE_PING, body + 23, 1 },	       /* reserved */
		{ WIRE_PING, body + 61, 0xff },	       /* pressure > 1000 */
		{ WIRE_PING, body + 35, 0xff },	       /* util > 1000 */
		{ WIRE_PING, body + 51, 0xff },	       /* free > memory */
		{ WIRE_PING, body + 55, 0xff },	       /* age of days */
		{ WIRE_PROBE, 12, 0 },		       /* no target */
		{ WIRE_WHO, 12, 65 },		       /* too many ids */
		{ WIRE_RECORDS_ARE, body + 60, 3 },    /* role */
		{ WIRE_RECORDS_ARE, body + 61, 9 },    /* endpoints */
		{ WIRE_RECORDS_ARE, body + 80, 0 },    /* empty name */
		{ WIRE_RECORDS_ARE, body + 80, 27 },   /* escape in it */
		{ WIRE_RECORDS_ARE, body + 143, 'x' }, /* unterminated */
		{ WIRE_RECORDS_ARE, body + 144, 1 },   /* reserved */
		{ WIRE_CLAIM, body + 4, 1 },	       /* reserved */
		{ WIRE_VERDICT, body, 2 },	       /* no boolean */
		{ WIRE_VERDICT, body + 7, 1 },	       /* reserved */
		{ WIRE_SYNC, body + 4, 1 },	       /* reserved */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(decode_with(cases[i].type, cases[i].at,
					     cases[i].value),
				 -EBADMSG);
}

static void an_up_node_without_a_number_is_refused(void **state)
{
	struct wire_message *m = sample(WIRE_PING), back;
	uint8_t buf[WIRE_MAX];

	(void)state;
	m->entries[0].claim.number = 0;
	assert_int_equal(wire_decode(&back, buf, (size_t)wire_encode(m, buf)),
			 -EBADMSG);
	free(m);
}

static void what_does_not_fit_is_not_written(void **state)
{
	struct wire_message *m = sample(WIRE_PING);
	uint8_t buf[WIRE_MAX];

	(void)state;
	m->count = WIRE_ENTRIES + 1;
	assert_int_equal(wire_encode(m, buf), -EINVAL);
	m->type = WIRE_WHO;
	m->count = 0;
	assert_int_equal(wire_encode(m, buf), -EINVAL);
	free(m);
}

static void texts_are_printable(void **state)
{
	(void)state;
	assert_true(wire_text_ok("0.1.0+git~1", 11));
	assert_false(wire_text_ok("", 0));
	assert_false(wire_text_ok("a b", 3));
	assert_false(wire_text_ok("\x1b[2J", 4));
	assert_false(wire_text_ok("caf\xc3\xa9", 5));
}

static bool name_ok(const char *name)
{
	return wire_name_ok(name, strlen(name));
}

static void a_name_is_a_label(void **state)
{
	char made[NODE_NAME_MAX + 1], longest[NODE_NAME_MAX + 2];

	(void)state;
	assert_true(name_ok("tess-1"));
	assert_true(name_ok("7"));
	assert_false(name_ok(""));
	assert_false(name_ok("-tess"));
	assert_false(name_ok("tess-"));
	assert_false(name_ok("tess.1"));
	assert_false(name_ok("$(reboot)"));
	assert_false(name_ok("`reboot`"));
	assert_false(name_ok("a;b"));
	assert_false(name_ok("a b"));
	assert_false(name_ok("\x1b[2J"));
	assert_false(name_ok("caf\xc3\xa9"));
	memset(longest, 'n', sizeof(longest));
	assert_true(wire_name_ok(longest, NODE_NAME_MAX));
	assert_false(wire_name_ok(longest, NODE_NAME_MAX + 1));
	for (int c = 1; c < 256; c++) {
		const char text[] = { 'a', (char)c, 'z', 0 };

		assert_int_equal(identity_name(made, text), 0);
		assert_true(name_ok(made));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_survives_the_wire),
		cmocka_unit_test(a_truncated_or_longer_message_is_refused),
		cmocka_unit_test(another_version_is_told_apart),
		cmocka_unit_test(impossible_fields_are_refused),
		cmocka_unit_test(an_up_node_without_a_number_is_refused),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(texts_are_printable),
		cmocka_unit_test(a_name_is_a_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
